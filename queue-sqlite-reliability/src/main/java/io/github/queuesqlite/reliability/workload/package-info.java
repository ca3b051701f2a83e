/**
 * Mixed load in processes of their own, and the check of what they leave.
 */
@NullMarked
package io.github.queuesqlite.reliability.workload;

import org.jspecify.annotations.NullMarked;
