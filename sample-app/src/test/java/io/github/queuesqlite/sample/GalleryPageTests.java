package io.github.queuesqlite.sample;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.logging.Level;

import io.github.queuesqlite.QueueOperations;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.TakesScreenshot;
import org.openqa.selenium.WebDriver;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

/**
 * Looks at the gallery with a real browser. Skipped where there is none.
 */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
class GalleryPageTests {

	private static final Path CHROMIUM = Path.of("/usr/bin/chromium");

	private static final Path DRIVER = Path.of("/usr/bin/chromedriver");

	@TempDir
	static Path directory;

	static WebDriver browser;

	@LocalServerPort
	int port;

	@Autowired
	QueueOperations queue;

	@DynamicPropertySource
	static void directories(DynamicPropertyRegistry registry) {
		registry.add("photos.directory", () -> directory.resolve("photos"));
		registry.add("queue.sqlite.directory", () -> directory.resolve("queue").toString());
	}

	@BeforeAll
	static void openBrowser() {
		assumeThat(CHROMIUM).as("page tests need %s", CHROMIUM).exists();
		assumeThat(DRIVER).as("page tests need %s", DRIVER).exists();
		ChromeOptions options = new ChromeOptions();
		options.setBinary(CHROMIUM.toFile());
		options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
				"--force-prefers-reduced-motion");
		LoggingPreferences logs = new LoggingPreferences();
		logs.enable(LogType.BROWSER, Level.ALL);
		options.setCapability("goog:loggingPrefs", logs);
		browser = new ChromeDriver(
				new ChromeDriverService.Builder().usingDriverExecutable(DRIVER.toFile()).usingAnyFreePort().build(),
				options);
	}

	@AfterAll
	static void closeBrowser() {
		if (browser != null) {
			browser.quit();
		}
	}

	@BeforeEach
	void openPage() {
		assertThat(this.queue.drain(Duration.ofMinutes(1))).isTrue();
		browser.manage().window().setSize(new Dimension(1360, 1100));
		errors(); // those of another test
		browser.get("http://localhost:" + this.port + "/");
		await().until(() -> tiles().size() == 11);
	}

	@Test
	void galleryWhenAllIsDoneShowsEveryThumbnail() throws Exception {
		assertThat(browser.findElements(By.cssSelector(".tile.done"))).hasSize(10);
		await().untilAsserted(() -> assertThat(loadedImages()).isEqualTo(10L));
		assertThat(browser.findElement(By.id("count-done")).getText()).isEqualTo("10");
		// The page draws it anew while it is looked at.
		await().ignoreException(StaleElementReferenceException.class)
			.untilAsserted(() -> assertThat(browser.findElement(By.cssSelector(".import .sum")).getText())
				.isEqualTo("11 of 11 photos · 1 failed"));
		screenshot("gallery");
		assertThat(errors()).isEmpty();
	}

	@Test
	void galleryWhenWindowIsNarrowDoesNotScrollSideways() throws Exception {
		browser.manage().window().setSize(new Dimension(500, 900));
		await().untilAsserted(() -> assertThat(
				number("return document.documentElement.scrollWidth - document.documentElement.clientWidth"))
			.isZero());
		screenshot("gallery-narrow");
	}

	@Test
	void failedTileShowsTheReasonAndPutsThePhotoBackOnRetry() {
		WebElement failed = browser.findElement(By.cssSelector(".tile.failed"));
		assertThat(failed.findElement(By.className("name")).getText()).isEqualTo("broken.jpg");
		assertThat(failed.findElement(By.className("reason")).getText()).startsWith("Cannot decode the image");
		failed.findElement(By.className("again")).click();
		await().untilAsserted(() -> assertThat(browser.findElement(By.id("notice")).getText())
			.isEqualTo("broken.jpg is back in the queue."));
		await().untilAsserted(
				() -> assertThat(browser.findElements(By.cssSelector(".tile.failed .again:enabled"))).hasSize(1));
	}

	@Test
	void viewerWhenATileIsClickedShowsTheMetadata() throws Exception {
		browser.findElement(By.cssSelector("[aria-label='Show mountains-at-dusk.jpg']")).click();
		await().untilAsserted(
				() -> assertThat(browser.findElement(By.id("viewer-facts")).getText()).contains("Lumen Field 2"));
		await().untilAsserted(
				() -> assertThat(number("return document.getElementById('viewer-image').naturalWidth")).isPositive());
		screenshot("viewer");
		browser.findElement(By.cssSelector("#viewer .close")).click();
		assertThat(browser.findElement(By.id("viewer")).isDisplayed()).isFalse();
	}

	@Test
	void importWhenFolderIsMissingShowsWhy() {
		browser.findElement(By.id("folder")).sendKeys("/no/such/folder");
		browser.findElement(By.cssSelector("#import-form button")).click();
		await().untilAsserted(() -> assertThat(browser.findElement(By.id("notice")).getText())
			.isEqualTo("'/no/such/folder' is not a folder"));
	}

	private static List<WebElement> tiles() {
		return browser.findElements(By.className("tile"));
	}

	private static long loadedImages() {
		((JavascriptExecutor) browser)
			.executeScript("document.querySelectorAll('.tile img').forEach((image) => { image.loading = 'eager'; })");
		return number(
				"return [...document.querySelectorAll('.tile img')].filter((image) => image.naturalWidth > 0).length");
	}

	private static long number(String script) {
		return ((Number) ((JavascriptExecutor) browser).executeScript(script)).longValue();
	}

	private static List<String> errors() {
		return browser.manage().logs().get(LogType.BROWSER).getAll().stream().map(Object::toString).toList();
	}

	private static void screenshot(String name) throws Exception {
		File image = ((TakesScreenshot) browser).getScreenshotAs(OutputType.FILE);
		Path folder = Files.createDirectories(Path.of("target", "screenshots"));
		Files.move(image.toPath(), folder.resolve(name + ".png"), StandardCopyOption.REPLACE_EXISTING);
	}

}
