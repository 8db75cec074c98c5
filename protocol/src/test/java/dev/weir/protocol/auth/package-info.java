/** Tests of SCRAM and MD5 against the RFC's example and secrets made by PostgreSQL 18. */
@NullMarked
package dev.weir.protocol.auth;

import org.jspecify.annotations.NullMarked;
