/**
 * Power loss: a real run is recorded, cut at any point, and opened again.
 */
@NullMarked
package io.github.queuesqlite.reliability.power;

import org.jspecify.annotations.NullMarked;
