/**
 * What is under {@code docker/}: the manifests for Kubernetes and the Helm chart, held to the types
 * of Kubernetes and to what no type says. No cluster is needed.
 */
@NullMarked
package dev.weir.deploy;

import org.jspecify.annotations.NullMarked;
