/* Writes down what a process does to files that survive it: writes, truncations, removals, and fsyncs that have come
 * back, in order, each with the machine's monotonic time. Loaded in front of libc (LD_PRELOAD); changes nothing.
 * Only paths that begin with TORTURE_WATCH count; the log goes to TORTURE_LOG. Linux, any threads. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

/* One entry: kind, file (the path's length and letters), offset or size, octets. */
struct head { uint64_t at; uint32_t kind; uint32_t path; uint64_t offset; uint64_t size; };
enum { WRITTEN = 1, SYNCED = 2, CUT = 3, REMOVED = 4 };

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
static int log_file = -1;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static const char *watched(const char *path) {
  const char *prefix = getenv("TORTURE_WATCH");
  return prefix && strncmp(path, prefix, strlen(prefix)) == 0 ? path + strlen(prefix) : NULL;
}

static const char *watched_fd(int fd, char *path, size_t room) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, room - 1);
  if (length < 0) return NULL;
  path[length] = 0;
  return watched(path);
}

static void note(uint32_t kind, const char *path, uint64_t offset, const void *octets, uint64_t size, int has_octets) {
  struct timespec now;
  pthread_mutex_lock(&one_at_a_time);
  if (log_file < 0) log_file = open(getenv("TORTURE_LOG"), O_WRONLY | O_CREAT | O_APPEND, 0600);
  clock_gettime(CLOCK_MONOTONIC, &now);
  struct head head = { (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec, kind, (uint32_t)strlen(path), offset, size };
  if (REAL(write)(log_file, &head, sizeof head) < 0 || REAL(write)(log_file, path, head.path) < 0 ||
      (has_octets && REAL(write)(log_file, octets, size) < 0))
    abort();
  pthread_mutex_unlock(&one_at_a_time);
}

static ssize_t wrote(int fd, const void *octets, ssize_t done, off_t offset) {
  char path[512];
  const char *name = done > 0 ? watched_fd(fd, path, sizeof path) : NULL;
  if (name) note(WRITTEN, name, (uint64_t)offset, octets, (uint64_t)done, 1);
  return done;
}

ssize_t pwrite(int fd, const void *octets, size_t size, off_t offset) {
  return wrote(fd, octets, REAL(pwrite)(fd, octets, size, offset), offset);
}

ssize_t pwrite64(int fd, const void *octets, size_t size, off64_t offset) {
  return wrote(fd, octets, REAL(pwrite64)(fd, octets, size, offset), offset);
}

static int synced(int fd, int failed) {
  char path[512];
  const char *name = failed ? NULL : watched_fd(fd, path, sizeof path);
  if (name) note(SYNCED, name, 0, NULL, 0, 0);
  return failed;
}

int fsync(int fd) { return synced(fd, REAL(fsync)(fd)); }
int fdatasync(int fd) { return synced(fd, REAL(fdatasync)(fd)); }

static int cut(int fd, off_t size, int failed) {
  char path[512];
  const char *name = failed ? NULL : watched_fd(fd, path, sizeof path);
  if (name) note(CUT, name, (uint64_t)size, NULL, 0, 0);
  return failed;
}

int ftruncate(int fd, off_t size) { return cut(fd, size, REAL(ftruncate)(fd, size)); }
int ftruncate64(int fd, off64_t size) { return cut(fd, size, REAL(ftruncate64)(fd, size)); }

int unlink(const char *path) {
  int failed = REAL(unlink)(path);
  const char *name = failed ? NULL : watched(path);
  if (name) note(REMOVED, name, 0, NULL, 0, 0);
  return failed;
}
