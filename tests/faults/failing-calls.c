/*
 * Counts the calls by which a process and its children change files below FAULT_FOLDER, or read them where `reads` is
 * set, and fails one of them: number `fail_at`, with `error`. To be preloaded. The state is the file FAULT_STATE, shared
 * by all processes.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

struct state {
  _Atomic long calls;
  _Atomic long fail_at;
  _Atomic int error;
  _Atomic int failed;
  _Atomic int reads;
  char call[28];
  char path[456];
};

static struct state *state;
static char folder[PATH_MAX];

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

__attribute__((constructor)) static void attach(void) {
  const char *file = getenv("FAULT_STATE"), *below = getenv("FAULT_FOLDER");
  if (file == NULL || below == NULL) return;
  int fd = REAL(open)(file, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void *mapped = mmap(NULL, sizeof(struct state), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (mapped == MAP_FAILED) return;
  snprintf(folder, sizeof folder, "%s/", below);
  state = mapped;
}

enum { CHANGE, READ };

/* Whether this call is the one to fail; errno is then set. */
static int fails(int kind, const char *call, const char *path) {
  if (state == NULL || path == NULL || state->reads != kind) return 0;
  if (strncmp(path, folder, strlen(folder)) != 0) return 0;
  if (atomic_fetch_add(&state->calls, 1) + 1 != state->fail_at) return 0;
  snprintf(state->call, sizeof state->call, "%s", call);
  snprintf(state->path, sizeof state->path, "%s", path + strlen(folder));
  state->failed = 1;
  errno = state->error;
  return 1;
}

static int fails_fd(int kind, const char *call, int fd) {
  char link[64], path[PATH_MAX];
  if (state == NULL || state->reads != kind) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return fails(kind, call, path);
}

static int fails_at(int kind, const char *call, int dir, const char *path) {
  char link[64], full[PATH_MAX];
  if (state == NULL || path == NULL) return 0;
  if (path[0] == '/' || dir == AT_FDCWD) return fails(kind, call, path);
  snprintf(link, sizeof link, "/proc/self/fd/%d", dir);
  ssize_t length = readlink(link, full, sizeof full - 1);
  if (length < 0) return 0;
  snprintf(full + length, sizeof full - length, "/%s", path);
  return fails(kind, call, full);
}

static int kind_of(int flags) { return (flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT) != 0 ? CHANGE : READ; }

static mode_t mode_of(int flags, va_list list) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(list, mode_t) : 0;
}

#define OPEN(name)                                                  \
  int name(const char *path, int flags, ...) {                      \
    va_list list;                                                   \
    va_start(list, flags);                                          \
    mode_t mode = mode_of(flags, list);                             \
    va_end(list);                                                   \
    if (fails(kind_of(flags), "open", path)) return -1;               \
    return REAL(name)(path, flags, mode);                           \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                \
  int name(int dir, const char *path, int flags, ...) {             \
    va_list list;                                                   \
    va_start(list, flags);                                          \
    mode_t mode = mode_of(flags, list);                             \
    va_end(list);                                                   \
    if (fails_at(kind_of(flags), "open", dir, path)) return -1;       \
    return REAL(name)(dir, path, flags, mode);                      \
  }
OPENAT(openat)
OPENAT(openat64)

#define ON_FD(kind, type, name, parameters, arguments)              \
  type name parameters { return fails_fd(kind, #name, fd) ? -1 : REAL(name) arguments; }
ON_FD(READ, ssize_t, read, (int fd, void *data, size_t size), (fd, data, size))
ON_FD(READ, ssize_t, pread, (int fd, void *data, size_t size, off_t at), (fd, data, size, at))
ON_FD(READ, ssize_t, pread64, (int fd, void *data, size_t size, off64_t at), (fd, data, size, at))
ON_FD(CHANGE, ssize_t, write, (int fd, const void *data, size_t size), (fd, data, size))
ON_FD(CHANGE, ssize_t, pwrite, (int fd, const void *data, size_t size, off_t at), (fd, data, size, at))
ON_FD(CHANGE, ssize_t, pwrite64, (int fd, const void *data, size_t size, off64_t at), (fd, data, size, at))
ON_FD(CHANGE, ssize_t, writev, (int fd, const struct iovec *parts, int count), (fd, parts, count))
ON_FD(CHANGE, ssize_t, pwritev, (int fd, const struct iovec *parts, int count, off_t at), (fd, parts, count, at))
ON_FD(CHANGE, ssize_t, pwritev64, (int fd, const struct iovec *parts, int count, off64_t at), (fd, parts, count, at))
ON_FD(CHANGE, int, fsync, (int fd), (fd))
ON_FD(CHANGE, int, fdatasync, (int fd), (fd))
ON_FD(CHANGE, int, ftruncate, (int fd, off_t size), (fd, size))
ON_FD(CHANGE, int, ftruncate64, (int fd, off64_t size), (fd, size))
ON_FD(CHANGE, ssize_t, sendfile, (int fd, int from, off_t *at, size_t size), (fd, from, at, size))
ON_FD(CHANGE, ssize_t, sendfile64, (int fd, int from, off64_t *at, size_t size), (fd, from, at, size))

ssize_t copy_file_range(int from, off64_t *at, int fd, off64_t *to, size_t size, unsigned flags) {
  return fails_fd(CHANGE, "copy_file_range", fd) ? -1 : REAL(copy_file_range)(from, at, fd, to, size, flags);
}

#define ON_PATH(name, parameters, arguments)                        \
  int name parameters { return fails(CHANGE, #name, path) ? -1 : REAL(name) arguments; }
ON_PATH(rename, (const char *from, const char *path), (from, path))
ON_PATH(mkdir, (const char *path, mode_t mode), (path, mode))
ON_PATH(unlink, (const char *path), (path))
ON_PATH(rmdir, (const char *path), (path))

#define ON_PATH_AT(name, parameters, arguments)                     \
  int name parameters { return fails_at(CHANGE, #name, dir, path) ? -1 : REAL(name) arguments; }
ON_PATH_AT(mkdirat, (int dir, const char *path, mode_t mode), (dir, path, mode))
ON_PATH_AT(unlinkat, (int dir, const char *path, int flags), (dir, path, flags))
ON_PATH_AT(renameat, (int from_dir, const char *from, int dir, const char *path), (from_dir, from, dir, path))
