package io.github.queuesqlite.dashboard;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
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

	/** So narrow as no window can be made. */
	void narrow(int width) {
		this.driver.executeCdpCommand("Emulation.setDeviceMetricsOverride",
				Map.of("width", width, "height", 800, "deviceScaleFactor", 1, "mobile", false));
	}

	/** As wide as the window again. */
	void wide() {
		this.driver.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
	}

	/** Says which colours the system has: light or dark. */
	void colours(String scheme) {
		this.driver.executeCdpCommand("Emulation.setEmulatedMedia",
				Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
	}

	/** Sends headers with each request. */
	void headers(Map<String, String> headers) {
		this.driver.executeCdpCommand("Network.enable", Map.of());
		this.driver.executeCdpCommand("Network.setExtraHTTPHeaders", Map.of("headers", headers));
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

	/** Controls and pictures that are seen and that nobody can name, as HTML. */
	Object nameless() {
		return run(
				"""
						return [...document.querySelectorAll('button, a, input, select, summary, progress, [role=img]')]
						  .filter((node) => node.getClientRects().length && !(node.getAttribute('aria-label') || node.textContent.trim()
						    || node.closest('label')?.textContent.trim())).map((node) => node.outerHTML).join()""");
	}

	/**
	 * Texts that are seen and have too little contrast to be read, with that contrast.
	 */
	Object faint() {
		return run("""
				const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
				const colour = (layers) => {
				  canvas.clearRect(0, 0, 1, 1);
				  for (const layer of layers) { canvas.fillStyle = layer; canvas.fillRect(0, 0, 1, 1); }
				  return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
				};
				const light = (rgb) => rgb.map((part) => part / 255)
				  .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
				  .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
				const found = [];
				for (const node of document.querySelectorAll('body *')) {
				  const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
				  if (!own || !node.getClientRects().length || node.closest('.unseen, .skip, :disabled')) continue;
				  const grounds = [];
				  for (let at = node; at; at = at.parentElement) grounds.unshift(getComputedStyle(at).backgroundColor);
				  const ground = light(colour(grounds));
				  const text = light(colour([...grounds, getComputedStyle(node).color]));
				  const contrast = (Math.max(ground, text) + 0.05) / (Math.min(ground, text) + 0.05);
				  if (contrast < 4.5) found.push(`${node.outerHTML.slice(0, 80)}: ${contrast.toFixed(2)}`);
				}
				return found.join('\\n')""");
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
