/**
 * Paints the pictures of the sample: landscapes and fractals made of noise and seeds.
 */
@NullMarked
package io.github.queuesqlite.sample.pictures;

import org.jspecify.annotations.NullMarked;
