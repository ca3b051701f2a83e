package io.github.queuesqlite.actuate.endpoint;

import java.util.Set;

import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the endpoint.
 *
 * @param showValues When to show payloads, results, and the values of headers and
 * metadata.
 * @param roles Roles used to determine whether a user is authorized to be shown values.
 * When empty, all authenticated users are authorized.
 */
@ConfigurationProperties("management.endpoint.queue")
record QueueEndpointProperties(@DefaultValue("never") Show showValues, @DefaultValue Set<String> roles) {

}
