package io.github.queuesqlite.sample;

import java.io.IOException;
import java.util.List;

import io.github.queuesqlite.sample.Photo.PhotoMetadata;
import org.jspecify.annotations.Nullable;

import org.springframework.stereotype.Component;

/**
 * Finds words for a photo. Stands for a service on the network: now and then it is out of
 * order, and the queue tries again. Which attempts fail depends on the photo and the
 * attempt alone, so that every run of the sample shows the same.
 */
@Component
class CaptionService {

	/** However unlucky a photo is, the service comes back. */
	private static final int MAX_FAILURES = 3;

	private static final double NEAR_KILOMETRES = 150;

	private static final List<Place> PLACES = List.of(new Place("Bergen", 60.39, 5.32),
			new Place("Reykjavík", 64.15, -21.94), new Place("San Pedro de Atacama", -22.91, -68.2),
			new Place("Tromsø", 69.65, 18.96), new Place("Zermatt", 46.02, 7.75),
			new Place("Mount Fuji", 35.36, 138.73), new Place("Ushuaia", -54.8, -68.3), new Place("Dubai", 25.2, 55.27),
			new Place("Tenerife", 28.29, -16.51), new Place("Cape Town", -33.92, 18.42),
			new Place("Moab", 38.57, -109.55), new Place("Lisbon", 38.72, -9.14));

	private final int failurePercent;

	CaptionService(PhotoProperties properties) {
		this.failurePercent = properties.captionFailurePercent();
	}

	/**
	 * Returns words for a photo.
	 * @param photo its id
	 * @param metadata where and when it was taken
	 * @param attempt which attempt this is, from 1
	 * @return one line
	 * @throws IOException when the service is out of order
	 */
	String caption(String photo, PhotoMetadata metadata, int attempt) throws IOException {
		if (attempt <= MAX_FAILURES && Math.floorMod((photo + attempt).hashCode(), 100) < this.failurePercent) {
			throw new IOException("The caption service is out of order (503), attempt " + attempt);
		}
		String year = (metadata.takenAt() != null) ? ", " + metadata.takenAt().substring(0, 4) : "";
		return place(metadata) + year;
	}

	private static String place(PhotoMetadata metadata) {
		Double latitude = metadata.latitude();
		Double longitude = metadata.longitude();
		if (latitude == null || longitude == null) {
			return "Somewhere";
		}
		Place nearest = nearest(latitude, longitude);
		return (nearest != null) ? "Near " + nearest.name() : "Far from everything";
	}

	private static @Nullable Place nearest(double latitude, double longitude) {
		Place nearest = null;
		double shortest = NEAR_KILOMETRES;
		for (Place place : PLACES) {
			double distance = place.kilometresTo(latitude, longitude);
			if (distance < shortest) {
				shortest = distance;
				nearest = place;
			}
		}
		return nearest;
	}

	private record Place(String name, double latitude, double longitude) {

		double kilometresTo(double otherLatitude, double otherLongitude) {
			double phi = Math.toRadians(this.latitude);
			double otherPhi = Math.toRadians(otherLatitude);
			double cosine = Math.sin(phi) * Math.sin(otherPhi)
					+ Math.cos(phi) * Math.cos(otherPhi) * Math.cos(Math.toRadians(otherLongitude - this.longitude));
			return 6371 * Math.acos(Math.max(-1, Math.min(1, cosine)));
		}

	}

}
