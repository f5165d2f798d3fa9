// Loaded into a server (LD_PRELOAD) by a test: interrupts it at one of the calls that change files below a folder.
//
// STEPS_BELOW  the folder
// STEPS_FROM   a file; calls count once it is there
// STEPS_TO     where the calls that count are written down, a line each
// STEPS_AT     number of the call to interrupt, from 0
// STEPS_BY     kill: the process ends before it; half: the same, but half of what was to be written is; fail: the disk is full
//
// A test cannot forget a step: whatever changes a file comes through here. What only reads does not count.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static int count;

static int below(const char *path) {
    const char *folder = getenv("STEPS_BELOW");
    return folder && strncmp(path, folder, strlen(folder)) == 0;
}

static void __attribute__((noreturn)) end(void) {
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
}

enum { PASS, FAIL, HALF };

// What is to happen at this step.
static int step(const char *call, const char *path) {
    const char *from = getenv("STEPS_FROM"), *at = getenv("STEPS_AT"), *by = getenv("STEPS_BY");
    if (!below(path) || !from || syscall(SYS_access, from, F_OK) != 0) return PASS;
    int number = __atomic_fetch_add(&count, 1, __ATOMIC_SEQ_CST);
    const char *to = getenv("STEPS_TO");
    if (to) {
        char line[4352];
        int length = snprintf(line, sizeof line, "%s %s\n", call, path);
        int file = syscall(SYS_openat, AT_FDCWD, to, O_WRONLY | O_CREAT | O_APPEND, 0600);
        syscall(SYS_write, file, line, length);
        syscall(SYS_close, file);
    }
    if (!at || !by || number != atoi(at)) return PASS;
    if (*by == 'h' && strstr(call, "write")) return HALF;
    if (*by != 'f') end();
    return FAIL;
}

// Path of an open file, or one that is nowhere.
static const char *named(int file, char *room, size_t length) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t end = readlink(link, room, length - 1);
    room[end < 0 ? 0 : end] = 0;
    return room;
}

static int full(void) {
    errno = ENOSPC;
    return -1;
}

#define REAL(name) \
    static __typeof__(name) *real; \
    if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        REAL(name); \
        va_list list; \
        va_start(list, flags); \
        mode_t mode = va_arg(list, mode_t); \
        va_end(list); \
        if ((flags & (O_CREAT | O_TRUNC)) && step("open", path)) return full(); \
        return real(path, flags, mode); \
    }
OPEN(open)
OPEN(open64)

#define OF_FILE(name, parameters, arguments) \
    int name parameters { \
        REAL(name); \
        char room[4096]; \
        if (step(#name, named(file, room, sizeof room))) return full(); \
        return real arguments; \
    }
OF_FILE(fsync, (int file), (file))
OF_FILE(fdatasync, (int file), (file))
OF_FILE(ftruncate, (int file, off_t length), (file, length))
OF_FILE(ftruncate64, (int file, off64_t length), (file, length))
OF_FILE(fchmod, (int file, mode_t mode), (file, mode))

#define OF_PATH(name, parameters, arguments) \
    int name parameters { \
        REAL(name); \
        if (step(#name, path)) return full(); \
        return real arguments; \
    }
OF_PATH(rename, (const char *path, const char *to), (path, to))
OF_PATH(unlink, (const char *path), (path))
OF_PATH(rmdir, (const char *path), (path))
OF_PATH(mkdir, (const char *path, mode_t mode), (path, mode))
OF_PATH(chmod, (const char *path, mode_t mode), (path, mode))

int unlinkat(int file, const char *path, int flags) {
    REAL(unlinkat);
    char room[4096];
    if (step("unlinkat", *path == '/' ? path : named(file, room, sizeof room))) return full();
    return real(file, path, flags);
}

#define WRITE(name, parameters, whole, half) \
    ssize_t name parameters { \
        REAL(name); \
        char room[4096]; \
        int outcome = step(#name, named(file, room, sizeof room)); \
        if (outcome == FAIL) return full(); \
        if (outcome == PASS) return real whole; \
        real half; \
        end(); \
    }
WRITE(write, (int file, const void *bytes, size_t length), (file, bytes, length), (file, bytes, length / 2))
WRITE(pwrite, (int file, const void *bytes, size_t length, off_t at), (file, bytes, length, at), (file, bytes, length / 2, at))
WRITE(pwrite64, (int file, const void *bytes, size_t length, off64_t at), (file, bytes, length, at), (file, bytes, length / 2, at))
WRITE(writev, (int file, const struct iovec *parts, int number), (file, parts, number), (file, parts, number / 2))
