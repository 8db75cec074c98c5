/** Tests of SCRAM and MD5 with the RFC's example and with secrets made by PostgreSQL 18. */
@NullMarked
package dev.weir.protocol.auth;

import org.jspecify.annotations.NullMarked;
