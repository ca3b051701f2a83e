package io.github.queuesqlite.docs;

import java.lang.reflect.Type;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.queuesqlite.QueueOperations;
import io.github.queuesqlite.listen.ListenOperations;
import io.github.queuesqlite.message.MessageId;
import io.github.queuesqlite.message.NewMessage;
import io.github.queuesqlite.schedule.ScheduleOperations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;

/**
 * What the Java snippets of the documents take for granted. Each is compiled as part of a
 * subclass.
 */
@SuppressWarnings("NullAway")
public abstract class Snippets {

	protected final Logger logger = LoggerFactory.getLogger(getClass());

	protected QueueOperations queue;

	protected ListenOperations listen;

	protected ScheduleOperations schedules;

	protected HttpSecurity http;

	protected NewMessage message;

	protected List<NewMessage> messages;

	protected MessageId id;

	protected String requestId;

	protected String customer;

	protected ReportRequest request;

	protected Object corrected;

	protected ReportService service;

	protected ReportWindow desktop;

	protected Customers customers;

	protected Gateway gateway;

	protected Search search;

	protected Serializer serializer;

	protected Object window;

	protected Object photo;

	protected List<Page> pages;

	protected List<Document> documents;

	protected Set<LocalDate> holidays;

	protected Binder binder;

	protected Orders orders;

	protected Payments payments;

	protected Parcels parcels;

	protected Mails mails;

	protected abstract List<Row> rows(ImportRequest request);

	protected abstract void store(Row row);

	public interface ReportWindow {

		void show(Report report);

	}

	public interface ReportService {

		boolean knows(String customer);

		Report create(ReportRequest request);

	}

	public interface Customers {

		void save(Customer customer);

	}

	public interface Gateway {

		boolean isOpen();

		void send(Invoice invoice);

	}

	public interface Search {

		Map<Integer, Exception> indexAll(List<Document> documents);

	}

	public interface Payments {

		Receipt charge(Invoice invoice);

	}

	public interface Parcels {

		String send(Invoice invoice, Receipt receipt);

	}

	public interface Mails {

		boolean send(Invoice invoice, String parcel);

	}

	public interface Binder {

		Book bind(List<Rendered> pages);

	}

	public interface Orders {

		void save(Order order);

	}

	public interface Reports {

	}

	public interface Serializer {

		byte[] write(Object value);

		Object read(byte[] bytes, Type type);

	}

	public interface Vault {

		String currentKey();

		Map<String, byte[]> keys();

	}

	public static final class Tenant {

		private Tenant() {
		}

		public static String current() {
			return "acme";
		}

		public static void set(String tenant) {
		}

		public static void clear() {
		}

	}

	public static final class UnknownCustomerException extends RuntimeException {

		private static final long serialVersionUID = 1L;

	}

	public record Welcome(String mail) {
	}

	public record Customer(String mail) {
	}

	public record Receipt(String number) {
	}

	public record Report(String text) {
	}

	public record ReportRequest(String customer) {
	}

	public record Progress(int done, int of) {
	}

	public record Document(String text) {
	}

	public record Invoice(String number) {
	}

	public record ImportRequest(String file) {
	}

	public record ApiRequest(String path) {
	}

	public record Page(String text) {
	}

	public record Rendered(String text) {
	}

	public record Book(String text) {
	}

	public record Order(String number) {
	}

	public record Row(String text) {
	}

}
