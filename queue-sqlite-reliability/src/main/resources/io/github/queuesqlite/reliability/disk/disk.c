/*
 * Stands between a process and its disk (LD_PRELOAD), for the files below one directory:
 *
 *   QUEUE_DISK_DIRECTORY   the directory, canonical
 *   QUEUE_DISK_TRACE       record mode: what changes files is appended to this file, in its order
 *   QUEUE_DISK_FAULTS      fault mode: this file is mapped and says which call is to fail
 *
 * Record mode holds a lock from before a change to after its record, so the trace has the order of
 * the changes; a sync has a record at its begin and one at its end, and runs between them without
 * the lock. Shared memory of SQLite (-shm) is not recorded: it is nothing that power loss leaves.
 * What is written through a mapping is not seen.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define FDS 65536

enum kind { CREATE = 1, OPEN = 2, WRITE = 3, TRUNCATE = 4, SYNC_BEGIN = 5, SYNC_END = 6, UNLINK = 7, RENAME = 8,
	MKDIR = 9, EXTEND = 10 };

enum call { CALL_WRITE = 1, CALL_SYNC = 2, CALL_OPEN = 3, CALL_TRUNCATE = 4 };

struct record {
	uint32_t kind;
	uint32_t length;
	uint64_t file;
	int64_t offset;
	int64_t nanos;
};

/* Shared with the JVM; the offsets are those of the class FaultControl. */
struct faults {
	int32_t armed;
	int32_t call;
	int32_t error; /* an errno; 0 for a write of half its bytes; -1 to kill the process in place of the call */
	int32_t lasting;
	int64_t nth;
	int64_t seen;
	int64_t failed;
	char match[216];
};

static char directory[PATH_MAX];
static size_t directory_length;
static int trace = -1;
static struct faults *faults;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int64_t syncs;
/* By descriptor: 0 when it is not below the directory, else the number of its file. */
static uint64_t watched[FDS];
/* By descriptor: whether the fault pattern matches its path. */
static char matched[FDS];
static pthread_once_t once = PTHREAD_ONCE_INIT;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int (*real_open)(const char *, int, ...);
static int (*real_openat)(int, const char *, int, ...);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static ssize_t (*real_pwritev)(int, const struct iovec *, int, off_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_fallocate)(int, int, off_t, off_t);
static int (*real_posix_fallocate)(int, off_t, off_t);
static int (*real_unlink)(const char *);
static int (*real_rename)(const char *, const char *);
static int (*real_mkdir)(const char *, mode_t);
static int (*real_close)(int);

static void setup(void)
{
	real_open = REAL(open);
	real_openat = REAL(openat);
	real_write = REAL(write);
	real_pwrite = REAL(pwrite);
	real_writev = REAL(writev);
	real_pwritev = REAL(pwritev);
	real_ftruncate = REAL(ftruncate);
	real_fsync = REAL(fsync);
	real_fdatasync = REAL(fdatasync);
	real_fallocate = REAL(fallocate);
	real_posix_fallocate = REAL(posix_fallocate);
	real_unlink = REAL(unlink);
	real_rename = REAL(rename);
	real_mkdir = REAL(mkdir);
	real_close = REAL(close);
	const char *path = getenv("QUEUE_DISK_DIRECTORY");
	if (path == NULL || strlen(path) >= sizeof directory) {
		return;
	}
	const char *file = getenv("QUEUE_DISK_TRACE");
	if (file != NULL) {
		trace = real_open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		if (trace < 0) {
			perror("QUEUE_DISK_TRACE");
			_exit(97);
		}
	}
	file = getenv("QUEUE_DISK_FAULTS");
	if (file != NULL) {
		int fd = real_open(file, O_RDWR | O_CLOEXEC, 0);
		void *map = (fd < 0) ? MAP_FAILED : mmap(NULL, sizeof *faults, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (map == MAP_FAILED) {
			perror("QUEUE_DISK_FAULTS");
			_exit(97);
		}
		faults = map;
		real_close(fd);
	}
	strcpy(directory, path);
	directory_length = strlen(path);
}

__attribute__((constructor)) static void begin(void)
{
	pthread_once(&once, setup);
}

static int is_below(const char *path)
{
	begin();
	return directory_length > 0 && strncmp(path, directory, directory_length) == 0
			&& (path[directory_length] == '/' || path[directory_length] == '\0');
}

static int is_shared_memory(const char *path)
{
	size_t length = strlen(path);
	return length > 4 && strcmp(path + length - 4, "-shm") == 0;
}

static uint64_t file_of(int fd)
{
	begin();
	return (fd >= 0 && fd < FDS) ? watched[fd] : 0;
}

/* ---- record */

static void append(uint32_t kind, uint64_t file, int64_t offset, const void *data, size_t length)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	struct record record = { kind, (uint32_t)length, file, offset, now.tv_sec * 1000000000LL + now.tv_nsec };
	struct iovec parts[2] = { { &record, sizeof record }, { (void *)data, length } };
	if (real_writev(trace, parts, 2) != (ssize_t)(sizeof record + length)) {
		perror("QUEUE_DISK_TRACE");
		_exit(97);
	}
}

static void enter(void)
{
	pthread_mutex_lock(&lock);
}

static void leave(void)
{
	int kept = errno;
	pthread_mutex_unlock(&lock);
	errno = kept;
}

static const char *relative(const char *path)
{
	return path + directory_length;
}

/* ---- faults */

/* Whether this call is the one to fail; errno is set then, half a write is 0. */
static int fails(int call, int fd, const char *path)
{
	if (faults == NULL || __atomic_load_n(&faults->armed, __ATOMIC_ACQUIRE) == 0 || faults->call != call) {
		return 0;
	}
	if (path != NULL ? strstr(path, faults->match) == NULL : !matched[fd]) {
		return 0;
	}
	int64_t number = __atomic_add_fetch(&faults->seen, 1, __ATOMIC_ACQ_REL);
	if (number == faults->nth || (faults->lasting && number > faults->nth)) {
		int64_t before = __atomic_fetch_add(&faults->failed, 1, __ATOMIC_ACQ_REL);
		if (faults->error == -1) {
			kill(getpid(), SIGKILL);
			pause();
		}
		/* Half of the first write is written; then the disk is full. */
		errno = (faults->error == 0 && before > 0) ? ENOSPC : faults->error;
		return 1;
	}
	return 0;
}

/* ---- open and close */

static int opened(int fd, int created, int flags)
{
	if (fd < 0 || fd >= FDS) {
		return fd;
	}
	char link[64];
	char path[PATH_MAX];
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t length = readlink(link, path, sizeof path - 1);
	if (length <= 0) {
		return fd;
	}
	path[length] = '\0';
	struct stat status;
	if (!is_below(path) || fstat(fd, &status) != 0) {
		return fd;
	}
	if (faults != NULL) {
		watched[fd] = status.st_ino;
		matched[fd] = strstr(path, faults->match) != NULL;
	}
	if (trace >= 0 && !is_shared_memory(path)) {
		watched[fd] = status.st_ino;
		append(created ? CREATE : OPEN, status.st_ino, 0, relative(path), strlen(relative(path)));
		if (!created && (flags & O_TRUNC)) {
			append(TRUNCATE, status.st_ino, 0, NULL, 0);
		}
	}
	return fd;
}

static int open_any(int at, const char *path, int flags, mode_t mode)
{
	begin();
	/* Only absolute paths: neither SQLite nor the JVM opens ours otherwise. */
	if (!is_below(path)) {
		return real_openat(at, path, flags, mode);
	}
	if (fails(CALL_OPEN, -1, path)) {
		return -1;
	}
	enter();
	int created = (flags & O_CREAT) && access(path, F_OK) != 0;
	int fd = opened(real_openat(at, path, flags, mode), created, flags);
	leave();
	return fd;
}

#define MODE(flags) \
	mode_t mode = 0; \
	if ((flags) & (O_CREAT | O_TMPFILE)) { \
		va_list list; \
		va_start(list, flags); \
		mode = va_arg(list, mode_t); \
		va_end(list); \
	}

int open(const char *path, int flags, ...) { MODE(flags) return open_any(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return open_any(AT_FDCWD, path, flags | O_LARGEFILE, mode); }
int openat(int at, const char *path, int flags, ...) { MODE(flags) return open_any(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE(flags) return open_any(at, path, flags | O_LARGEFILE, mode); }
int __open_2(const char *path, int flags) { return open_any(AT_FDCWD, path, flags, 0); }
int __open64_2(const char *path, int flags) { return open_any(AT_FDCWD, path, flags | O_LARGEFILE, 0); }
int creat(const char *path, mode_t mode) { return open_any(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return open_any(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC | O_LARGEFILE, mode); }

int close(int fd)
{
	if (file_of(fd) == 0) {
		return real_close(fd);
	}
	enter();
	watched[fd] = 0;
	matched[fd] = 0;
	int result = real_close(fd);
	leave();
	return result;
}

/* ---- write */

static off_t position(int fd)
{
	struct stat status;
	if ((fcntl(fd, F_GETFL) & O_APPEND) && fstat(fd, &status) == 0) {
		return status.st_size;
	}
	return lseek(fd, 0, SEEK_CUR);
}

/* at: -1 for the current position of the descriptor */
static ssize_t write_any(int fd, const void *data, size_t length, off_t at)
{
	uint64_t file = file_of(fd);
	if (file == 0) {
		return (at < 0) ? real_write(fd, data, length) : real_pwrite(fd, data, length, at);
	}
	if (fails(CALL_WRITE, fd, NULL)) {
		if (errno != 0 || length < 2) {
			return -1;
		}
		length /= 2;
	}
	if (trace < 0) {
		return (at < 0) ? real_write(fd, data, length) : real_pwrite(fd, data, length, at);
	}
	enter();
	off_t offset = (at < 0) ? position(fd) : at;
	ssize_t written = (at < 0) ? real_write(fd, data, length) : real_pwrite(fd, data, length, at);
	if (written > 0) {
		append(WRITE, file, offset, data, (size_t)written);
	}
	leave();
	return written;
}

static ssize_t write_parts(int fd, const struct iovec *parts, int count, off_t at)
{
	size_t length = 0;
	for (int i = 0; i < count; i++) {
		length += parts[i].iov_len;
	}
	char *data = malloc(length > 0 ? length : 1);
	if (data == NULL) {
		errno = ENOMEM;
		return -1;
	}
	size_t end = 0;
	for (int i = 0; i < count; i++) {
		memcpy(data + end, parts[i].iov_base, parts[i].iov_len);
		end += parts[i].iov_len;
	}
	ssize_t written = write_any(fd, data, length, at);
	int kept = errno;
	free(data);
	errno = kept;
	return written;
}

ssize_t write(int fd, const void *data, size_t length) { return write_any(fd, data, length, -1); }
ssize_t pwrite(int fd, const void *data, size_t length, off_t at) { return write_any(fd, data, length, at); }
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t at) { return write_any(fd, data, length, at); }

ssize_t writev(int fd, const struct iovec *parts, int count)
{
	return (file_of(fd) == 0) ? real_writev(fd, parts, count) : write_parts(fd, parts, count, -1);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at)
{
	return (file_of(fd) == 0) ? real_pwritev(fd, parts, count, at) : write_parts(fd, parts, count, at);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at)
{
	return pwritev(fd, parts, count, at);
}

/* ---- size */

static int truncate_any(int fd, off_t size)
{
	uint64_t file = file_of(fd);
	if (file == 0) {
		return real_ftruncate(fd, size);
	}
	if (fails(CALL_TRUNCATE, fd, NULL)) {
		errno = (errno == 0) ? ENOSPC : errno;
		return -1;
	}
	enter();
	int result = real_ftruncate(fd, size);
	if (result == 0 && trace >= 0) {
		append(TRUNCATE, file, size, NULL, 0);
	}
	leave();
	return result;
}

int ftruncate(int fd, off_t size) { return truncate_any(fd, size); }
int ftruncate64(int fd, off64_t size) { return truncate_any(fd, size); }

/* mode -1: the portable call, which returns its error */
static int allocate(int fd, int mode, off_t offset, off_t length)
{
	uint64_t file = file_of(fd);
	if (file != 0 && fails(CALL_TRUNCATE, fd, NULL)) {
		errno = (errno == 0) ? ENOSPC : errno;
		return (mode < 0) ? errno : -1;
	}
	enter();
	int result = (mode < 0) ? real_posix_fallocate(fd, offset, length) : real_fallocate(fd, mode, offset, length);
	if (result == 0 && file != 0 && trace >= 0) {
		append(EXTEND, file, offset + length, NULL, 0);
	}
	leave();
	return result;
}

int fallocate(int fd, int mode, off_t offset, off_t length) { begin(); return allocate(fd, mode, offset, length); }
int fallocate64(int fd, int mode, off64_t offset, off64_t length) { begin(); return allocate(fd, mode, offset, length); }
int posix_fallocate(int fd, off_t offset, off_t length) { begin(); return allocate(fd, -1, offset, length); }
int posix_fallocate64(int fd, off64_t offset, off64_t length) { begin(); return allocate(fd, -1, offset, length); }

/* ---- sync */

static int sync_any(int fd, int (*real)(int))
{
	uint64_t file = file_of(fd);
	if (file == 0) {
		return real(fd);
	}
	if (fails(CALL_SYNC, fd, NULL)) {
		errno = (errno == 0) ? EIO : errno;
		return -1;
	}
	if (trace < 0) {
		return real(fd);
	}
	enter();
	int64_t number = ++syncs;
	append(SYNC_BEGIN, file, number, NULL, 0);
	leave();
	int result = real(fd);
	if (result == 0) {
		enter();
		append(SYNC_END, file, number, NULL, 0);
		leave();
	}
	return result;
}

int fsync(int fd) { begin(); return sync_any(fd, real_fsync); }
int fdatasync(int fd) { begin(); return sync_any(fd, real_fdatasync); }

/* ---- names */

int unlink(const char *path)
{
	if (!is_below(path) || trace < 0) {
		return real_unlink(path);
	}
	enter();
	int result = real_unlink(path);
	if (result == 0 && !is_shared_memory(path)) {
		append(UNLINK, 0, 0, relative(path), strlen(relative(path)));
	}
	leave();
	return result;
}

int rename(const char *from, const char *to)
{
	if (!is_below(from) || trace < 0) {
		return real_rename(from, to);
	}
	enter();
	int result = real_rename(from, to);
	if (result == 0) {
		char names[2 * PATH_MAX];
		int length = snprintf(names, sizeof names, "%s\n%s", relative(from), relative(to));
		append(RENAME, 0, 0, names, (size_t)length);
	}
	leave();
	return result;
}

int mkdir(const char *path, mode_t mode)
{
	if (!is_below(path) || trace < 0) {
		return real_mkdir(path, mode);
	}
	enter();
	int result = real_mkdir(path, mode);
	struct stat status;
	if (result == 0 && stat(path, &status) == 0) {
		append(MKDIR, status.st_ino, 0, relative(path), strlen(relative(path)));
	}
	leave();
	return result;
}
