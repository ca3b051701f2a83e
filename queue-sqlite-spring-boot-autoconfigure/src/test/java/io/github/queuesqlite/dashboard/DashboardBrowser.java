package io.github.queuesqlite.dashboard;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.logging.Level;

import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

/** A real browser that looks at the dashboard. Tests are skipped where there is none. */
final class DashboardBrowser implements AutoCloseable {

	private static final Path CHROMIUM = Path.of("/usr/bin/chromium");

	private static final Path DRIVER = Path.of("/usr/bin/chromedriver");

	private final ChromeDriver driver;

	DashboardBrowser() {
		assumeThat(CHROMIUM).as("page tests need %s", CHROMIUM).exists();
		assumeThat(DRIVER).as("page tests need %s", DRIVER).exists();
		ChromeOptions options = new ChromeOptions();
		options.setBinary(CHROMIUM.toFile());
		options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
				"--force-prefers-reduced-motion");
		LoggingPreferences logs = new LoggingPreferences();
		logs.enable(LogType.BROWSER, Level.ALL);
		options.setCapability("goog:loggingPrefs", logs);
		this.driver = new ChromeDriver(
				new ChromeDriverService.Builder().usingDriverExecutable(DRIVER.toFile()).usingAnyFreePort().build(),
				options);
		size(1360, 1000);
	}

	void size(int width, int height) {
		this.driver.manage().window().setSize(new Dimension(width, height));
	}

	void open(String address) {
		this.driver.get("about:blank");
		this.driver.get(address);
		awaitText("#live", "Live");
	}

	/** Goes to where nothing is asked for. */
	void leave() {
		this.driver.get("about:blank");
	}

	/** What the browser complains of: errors of scripts, what the policy forbids. */
	List<String> complaints() {
		return this.driver.manage().logs().get(LogType.BROWSER).getAll().stream().map(Object::toString).toList();
	}

	WebElement find(String selector) {
		return this.driver.findElement(By.cssSelector(selector));
	}

	List<String> texts(String selector) {
		return this.driver.findElements(By.cssSelector(selector)).stream().map(WebElement::getText).toList();
	}

	void awaitText(String selector, String text) {
		await().ignoreExceptions().untilAsserted(() -> assertThat(find(selector).getText()).contains(text));
	}

	void awaitNone(String selector) {
		await().untilAsserted(() -> assertThat(texts(selector)).isEmpty());
	}

	void click(String selector) {
		await().ignoreExceptions().untilAsserted(() -> find(selector).click());
	}

	/** Clicks the link or button that says so. */
	void choose(String text) {
		String path = "//*[self::a or self::button][normalize-space()='" + text + "']";
		await().ignoreExceptions().untilAsserted(() -> this.driver.findElement(By.xpath(path)).click());
	}

	/** Presses a key where the focus is. */
	void press(Keys key) {
		this.driver.switchTo().activeElement().sendKeys(key);
	}

	@Nullable Object run(String script) {
		return this.driver.executeScript(script);
	}

	long sideways() {
		return ((Number) run("return document.documentElement.scrollWidth - document.documentElement.clientWidth"))
			.longValue();
	}

	void screenshot(String name) {
		File image = this.driver.getScreenshotAs(OutputType.FILE);
		try {
			Path folder = Files.createDirectories(Path.of("target", "screenshots"));
			Files.move(image.toPath(), folder.resolve(name + ".png"), StandardCopyOption.REPLACE_EXISTING);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		this.driver.quit();
	}

}
