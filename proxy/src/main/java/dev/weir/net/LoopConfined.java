package dev.weir.net;

import static java.lang.annotation.ElementType.TYPE;
import static java.lang.annotation.RetentionPolicy.CLASS;

import java.lang.annotation.Documented;
import java.lang.annotation.Retention;
import java.lang.annotation.Target;

/**
 * All state of the type belongs to one event loop. Such a type has no locks, volatiles or atomics,
 * and its public methods call {@link LoopOwned#assertInLoop}. ArchitectureTest enforces both.
 */
@Documented
@Retention(CLASS)
@Target(TYPE)
public @interface LoopConfined {}
