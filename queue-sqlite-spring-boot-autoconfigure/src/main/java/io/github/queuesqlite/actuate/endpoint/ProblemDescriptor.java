package io.github.queuesqlite.actuate.endpoint;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Why a request was refused, with the members of RFC 9457.
 *
 * @param status HTTP status
 * @param title what kind of problem
 * @param detail what is wrong and what would be right
 * @since 0.1.0
 */
public record ProblemDescriptor(int status, String title, String detail) implements OperationResponseBody {

}
