package io.github.queuesqlite.sample;

import io.github.queuesqlite.annotation.QueueListener;
import io.github.queuesqlite.listen.DataChange;
import io.github.queuesqlite.sample.PhotoImport.Progress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.stereotype.Component;

/**
 * Logs how far an import is, one line each few per cent.
 */
@Component
class ProgressLog {

	private static final Logger logger = LoggerFactory.getLogger(ProgressLog.class);

	private static final int STEP = 5;

	@QueueListener("import.*")
	void onProgress(DataChange<Progress> change) {
		Progress progress = change.newValue();
		if (progress != null && step(progress) != step(change.oldValue())) {
			logger.info("Import {}: {} of {} photos, {} %, {} failed", progress.importId(),
					progress.done() + progress.failed(), progress.total(), progress.percent(), progress.failed());
		}
	}

	private static int step(@Nullable Progress progress) {
		return (progress != null) ? progress.percent() / STEP : -1;
	}

}
