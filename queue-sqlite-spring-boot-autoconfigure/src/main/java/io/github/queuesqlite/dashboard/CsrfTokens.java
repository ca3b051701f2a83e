package io.github.queuesqlite.dashboard;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.util.ClassUtils;

/** Finds the token of Spring Security, where the application has it. */
final class CsrfTokens {

	private static final boolean PRESENT = ClassUtils.isPresent("org.springframework.security.web.csrf.CsrfToken",
			CsrfTokens.class.getClassLoader());

	private CsrfTokens() {
	}

	static PageDescriptor.@Nullable Csrf find(HttpServletRequest request) {
		return PRESENT ? Security.find(request) : null;
	}

	/** Loaded only where Spring Security is. */
	private static final class Security {

		static PageDescriptor.@Nullable Csrf find(HttpServletRequest request) {
			return (request.getAttribute(CsrfToken.class.getName()) instanceof CsrfToken token)
					? new PageDescriptor.Csrf(token.getHeaderName(), token.getToken()) : null;
		}

	}

}
