/** Plants bugs in the core and looks whether the tests notice. */
@NullMarked
package io.github.queuesqlite.reliability.sabotage;

import org.jspecify.annotations.NullMarked;
