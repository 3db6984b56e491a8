// Records what a process does to the files below one folder, so that a test can work out what a disk
// would hold after a power cut. Loaded by LD_PRELOAD; compiled by the test that uses it.
//
//   DISK_FOLDER      the folder (absolute) whose files are recorded
//   DISK_TRACE       the file that the records are appended to; several processes may share it
//   DISK_FAIL_SYNC   "SUFFIX:N": the N-th sync of a file whose path ends in SUFFIX fails with EIO
//
// A record is appended by one writev to a file opened with O_APPEND: the kernel keeps the records of all
// threads and processes whole and in one order. It is written after its call and before the caller
// continues, so an answer that depends on a sync comes after the record of that sync.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

// What Tests/DiskTests/DiskTrace.swift reads, in the machine's byte order.
struct record {
    uint32_t kind;
    uint32_t path_length;
    uint64_t inode;
    uint64_t offset;
    uint64_t data_length;
};

static int trace = -1;
static char folder[PATH_MAX];
static char fail_suffix[NAME_MAX];
static int fail_countdown;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t countdown_lock = PTHREAD_MUTEX_INITIALIZER;

static int (*real_open)(const char *, int, ...);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_rename)(const char *, const char *);
static int (*real_unlink)(const char *);
static int (*real_mkdir)(const char *, mode_t);
static int (*real_link)(const char *, const char *);

static void load(void) {
    real_open = dlsym(RTLD_NEXT, "open");
    real_write = dlsym(RTLD_NEXT, "write");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_rename = dlsym(RTLD_NEXT, "rename");
    real_unlink = dlsym(RTLD_NEXT, "unlink");
    real_mkdir = dlsym(RTLD_NEXT, "mkdir");
    real_link = dlsym(RTLD_NEXT, "link");
    const char *root = getenv("DISK_FOLDER"), *path = getenv("DISK_TRACE"), *fail = getenv("DISK_FAIL_SYNC");
    if (!root || !path || !realpath(root, folder)) return;
    const char *colon = fail ? strrchr(fail, ':') : NULL;
    if (colon) {
        snprintf(fail_suffix, sizeof fail_suffix, "%.*s", (int)(colon - fail), fail);
        fail_countdown = atoi(colon + 1);
    }
    trace = real_open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

static void ready(void) { pthread_once(&once, load); }

static int is_below(const char *path) {
    size_t length = strlen(folder);
    // SQLite rebuilds its shared memory after a crash.
    size_t end = strlen(path);
    if (end > 4 && strcmp(path + end - 4, "-shm") == 0) return 0;
    return trace >= 0 && strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == 0);
}

// The absolute path of a name whose folder exists; 0 when it is not below the recorded folder.
static int absolute(const char *name, char *path) {
    char copy[PATH_MAX], parent[PATH_MAX];
    snprintf(copy, sizeof copy, "%s", name);
    char *slash = strrchr(copy, '/');
    const char *last = slash ? slash + 1 : copy;
    if (slash) *slash = 0;
    if (!realpath(slash ? (copy[0] ? copy : "/") : ".", parent)) return 0;
    if (snprintf(path, PATH_MAX, "%s/%s", parent, last) >= PATH_MAX) return 0;
    return is_below(path);
}

static int path_of(int fd, char *path) {
    char link_name[64];
    snprintf(link_name, sizeof link_name, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link_name, path, PATH_MAX - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return is_below(path);
}

static void append(char kind, uint64_t inode, uint64_t offset, const char *path, const void *data, size_t count) {
    int saved = errno;
    struct record head = {(uint32_t)kind, (uint32_t)strlen(path), inode, offset, count};
    struct iovec parts[] = {{&head, sizeof head}, {(void *)path, head.path_length}, {(void *)data, count}};
    // Without every record the conclusions would be worthless.
    if (writev(trace, parts, 3) != (ssize_t)(sizeof head + head.path_length + count)) abort();
    errno = saved;
}

static uint64_t inode_at(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 ? status.st_ino : 0;
}

static uint64_t inode_of(int fd) {
    struct stat status;
    return fstat(fd, &status) == 0 ? status.st_ino : 0;
}

static int open_recorded(const char *name, int flags, mode_t mode) {
    ready();
    char path[PATH_MAX];
    int is_recorded = (flags & O_CREAT) && absolute(name, path);
    int is_new = is_recorded && access(path, F_OK) != 0;
    int fd = real_open(name, flags, mode);
    if (fd >= 0 && is_new) append('C', inode_of(fd), 0, path, "", 0);
    if (fd >= 0 && !is_new && (flags & O_TRUNC) && path_of(fd, path)) append('T', inode_of(fd), 0, path, "", 0);
    return fd;
}

#define WITH_MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { \
        va_list rest; \
        va_start(rest, flags); \
        mode = va_arg(rest, mode_t); \
        va_end(rest); \
    }

int open(const char *name, int flags, ...) { WITH_MODE(flags) return open_recorded(name, flags, mode); }
int open64(const char *name, int flags, ...) { WITH_MODE(flags) return open_recorded(name, flags, mode); }

ssize_t write(int fd, const void *data, size_t count) {
    ready();
    char path[PATH_MAX];
    ssize_t done = real_write(fd, data, count);
    if (done > 0 && trace >= 0 && path_of(fd, path)) {
        off_t end = lseek(fd, 0, SEEK_CUR);
        append('W', inode_of(fd), (uint64_t)(end - done), path, data, (size_t)done);
    }
    return done;
}

ssize_t pwrite(int fd, const void *data, size_t count, off_t offset) {
    ready();
    char path[PATH_MAX];
    ssize_t done = real_pwrite(fd, data, count, offset);
    if (done > 0 && trace >= 0 && path_of(fd, path))
        append('W', inode_of(fd), (uint64_t)offset, path, data, (size_t)done);
    return done;
}

ssize_t pwrite64(int fd, const void *data, size_t count, off_t offset) { return pwrite(fd, data, count, offset); }

int ftruncate(int fd, off_t length) {
    ready();
    char path[PATH_MAX];
    int status = real_ftruncate(fd, length);
    if (status == 0 && trace >= 0 && path_of(fd, path))
        append('T', inode_of(fd), (uint64_t)length, path, "", 0);
    return status;
}

int ftruncate64(int fd, off_t length) { return ftruncate(fd, length); }

static int must_fail(const char *path) {
    size_t length = strlen(path), suffix = strlen(fail_suffix);
    if (!suffix || length < suffix || strcmp(path + length - suffix, fail_suffix) != 0) return 0;
    pthread_mutex_lock(&countdown_lock);
    int fails = fail_countdown > 0 && --fail_countdown == 0;
    pthread_mutex_unlock(&countdown_lock);
    return fails;
}

static int sync_recorded(int fd, int (*sync)(int)) {
    char path[PATH_MAX];
    int is_recorded = trace >= 0 && path_of(fd, path);
    struct stat status;
    if (is_recorded && must_fail(path)) {
        // Like a failing disk: what was not yet written is dropped, but the system still shows it.
        append('F', inode_of(fd), 0, path, "", 0);
        errno = EIO;
        return -1;
    }
    int result = sync(fd);
    if (result == 0 && is_recorded && fstat(fd, &status) == 0)
        append(S_ISDIR(status.st_mode) ? 'D' : 'S', status.st_ino, 0, path, "", 0);
    return result;
}

int fsync(int fd) { ready(); return sync_recorded(fd, real_fsync); }
int fdatasync(int fd) { ready(); return sync_recorded(fd, real_fdatasync); }

// The new path travels as the record's data.
int rename(const char *from, const char *to) {
    ready();
    char old_path[PATH_MAX], new_path[PATH_MAX];
    int is_recorded = absolute(from, old_path) && absolute(to, new_path);
    int status = real_rename(from, to);
    if (status == 0 && is_recorded)
        append('R', inode_at(new_path), 0, old_path, new_path, strlen(new_path));
    return status;
}

int link(const char *from, const char *to) {
    ready();
    char path[PATH_MAX];
    int status = real_link(from, to);
    if (status == 0 && absolute(to, path)) append('C', inode_at(path), 0, path, "", 0);
    return status;
}

int unlink(const char *name) {
    ready();
    char path[PATH_MAX];
    int is_recorded = absolute(name, path);
    int status = real_unlink(name);
    if (status == 0 && is_recorded) append('U', 0, 0, path, "", 0);
    return status;
}

int mkdir(const char *name, mode_t mode) {
    ready();
    char path[PATH_MAX];
    int status = real_mkdir(name, mode);
    if (status == 0 && absolute(name, path)) append('M', 0, 0, path, "", 0);
    return status;
}
