/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of what is forbidden, and the filter made of it; see seccomp.h. A call that this machine does not have is left
 * out of the table by the compiler. Classic BPF: load a word of struct seccomp_data, compare, skip or answer.
 */
#include "gateway/seccomp.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "lib/memory.h"

#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define MACHINE AUDIT_ARCH_AARCH64
#endif

#ifdef MACHINE

static const struct {
    long call;
    int answer;
} forbidden[] = {
/* a leak checker stops its own program to look at it */
#ifndef __SANITIZE_ADDRESS__
    { SYS_ptrace, EPERM },
#endif
    /* other processes */
    { SYS_process_vm_readv, EPERM },
    { SYS_process_vm_writev, EPERM },
    { SYS_kcmp, EPERM },
#ifdef SYS_pidfd_getfd
    { SYS_pidfd_getfd, EPERM },
#endif
#ifdef SYS_process_madvise
    { SYS_process_madvise, EPERM },
#endif
    { SYS_perf_event_open, EPERM },
    { SYS_userfaultfd, EPERM },
    /* mounts and other views of the machine */
    { SYS_mount, EPERM },
    { SYS_umount2, EPERM },
    { SYS_pivot_root, EPERM },
    { SYS_chroot, EPERM },
    { SYS_unshare, EPERM },
    { SYS_setns, EPERM },
#ifdef SYS_open_tree
    { SYS_open_tree, EPERM },
    { SYS_move_mount, EPERM },
    { SYS_fsopen, EPERM },
    { SYS_fsconfig, EPERM },
    { SYS_fsmount, EPERM },
    { SYS_fspick, EPERM },
#endif
#ifdef SYS_mount_setattr
    { SYS_mount_setattr, EPERM },
#endif
#ifdef SYS_clone3
    { SYS_clone3, ENOSYS }, /* its flags lie in memory: clone(2) does as well */
#endif
    { SYS_name_to_handle_at, EPERM },
    { SYS_open_by_handle_at, EPERM },
    { SYS_fanotify_init, EPERM },
    { SYS_quotactl, EPERM },
    /* the kernel */
    { SYS_init_module, EPERM },
    { SYS_finit_module, EPERM },
    { SYS_delete_module, EPERM },
    { SYS_kexec_load, EPERM },
#ifdef SYS_kexec_file_load
    { SYS_kexec_file_load, EPERM },
#endif
    { SYS_bpf, EPERM },
    { SYS_reboot, EPERM },
    { SYS_swapon, EPERM },
    { SYS_swapoff, EPERM },
    { SYS_acct, EPERM },
    { SYS_syslog, EPERM },
    { SYS_vhangup, EPERM },
#ifdef SYS_iopl
    { SYS_iopl, EPERM },
    { SYS_ioperm, EPERM },
    { SYS_modify_ldt, EPERM },
#endif
    { SYS_settimeofday, EPERM },
    { SYS_clock_settime, EPERM },
    { SYS_adjtimex, EPERM },
    { SYS_clock_adjtime, EPERM },
    { SYS_sethostname, EPERM },
    { SYS_setdomainname, EPERM },
    /* keys */
    { SYS_add_key, EPERM },
    { SYS_request_key, EPERM },
    { SYS_keyctl, EPERM },
/* calls that pass by this filter */
#ifdef SYS_io_uring_setup
    { SYS_io_uring_setup, ENOSYS },
    { SYS_io_uring_enter, ENOSYS },
    { SYS_io_uring_register, ENOSYS },
#endif
/* what Landlock does not guard: the database has our user; descriptors that are open do as well */
#ifdef SYS_chmod
    { SYS_chmod, EPERM },
    { SYS_chown, EPERM },
    { SYS_lchown, EPERM },
#endif
    { SYS_fchmodat, EPERM },
    { SYS_fchownat, EPERM },
    { 452 /* fchmodat2 */, EPERM },
    { SYS_setxattr, EPERM },
    { SYS_lsetxattr, EPERM },
    { SYS_removexattr, EPERM },
    { SYS_lremovexattr, EPERM },
};

/* Domains of socket(2): also of the name service (netlink). */
static const int domains[] = { AF_INET, AF_INET6, AF_NETLINK };

#define NEW_NAMESPACES                                                                                                 \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

enum { PREAMBLE = 6, PER_CALL = 2, CHECKS = 24 };

struct assembly {
    struct sock_filter *code;
    unsigned short length;
};

static void add(struct assembly *a, struct sock_filter one)
{
    a->code[a->length++] = one;
}

static void load(struct assembly *a, size_t offset)
{
    add(a, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

static void answer(struct assembly *a, int error)
{
    add(a, (struct sock_filter)BPF_STMT(
               BPF_RET | BPF_K, error ? SECCOMP_RET_ERRNO | ((uint32_t)error & SECCOMP_RET_DATA) : SECCOMP_RET_ALLOW));
}

/* Goes on when the loaded word is `value`, else skips so many instructions; and the other way round. */
static void skip_unless(struct assembly *a, uint32_t value, uint8_t skipped)
{
    add(a, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skipped));
}

static void skip_if(struct assembly *a, uint32_t value, uint8_t skipped)
{
    add(a, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, skipped, 0));
}

/* The low word of an argument; both machines are little-endian. */
static size_t argument(int n)
{
    return offsetof(struct seccomp_data, args) + (size_t)n * sizeof(uint64_t);
}

static void check_machine(struct assembly *a)
{
    load(a, offsetof(struct seccomp_data, arch));
    skip_if(a, MACHINE, 1);
    answer(a, EPERM);
    load(a, offsetof(struct seccomp_data, nr));
    add(a, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1)); /* x32 */
    answer(a, EPERM);
}

static void check_socket(struct assembly *a)
{
    skip_unless(a, SYS_socket, (uint8_t)(COUNT(domains) + 3));
    load(a, argument(0));
    for (size_t i = 0; i < COUNT(domains); i++)
        skip_if(a, (uint32_t)domains[i], (uint8_t)(COUNT(domains) - i));
    answer(a, EAFNOSUPPORT);
    answer(a, 0);
}

static void check_clone(struct assembly *a)
{
    skip_unless(a, SYS_clone, 4);
    load(a, argument(0));
    add(a, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, NEW_NAMESPACES, 0, 1));
    answer(a, EPERM);
    answer(a, 0);
}

/* Nobody types for the terminal that we may have been started from. */
static void check_ioctl(struct assembly *a)
{
    skip_unless(a, SYS_ioctl, 5);
    load(a, argument(1));
    skip_if(a, TIOCSTI, 1);
    skip_unless(a, TIOCLINUX, 1);
    answer(a, EPERM);
    answer(a, 0);
}

struct sock_filter *seccomp_filter(unsigned short *length, bool guards_cut)
{
    struct assembly a = { mem_new(PREAMBLE + PER_CALL * (COUNT(forbidden) + 1) + CHECKS, sizeof *a.code), 0 };

    check_machine(&a);
    for (size_t i = 0; i < COUNT(forbidden); i++) {
        skip_unless(&a, (uint32_t)forbidden[i].call, 1);
        answer(&a, forbidden[i].answer);
    }
    if (!guards_cut) {
        skip_unless(&a, SYS_truncate, 1);
        answer(&a, EPERM);
    }
    check_socket(&a);
    check_clone(&a);
    check_ioctl(&a);
    answer(&a, 0);
    *length = a.length;
    return a.code;
}

#else

struct sock_filter *seccomp_filter(unsigned short *length, bool guards_cut)
{
    (void)guards_cut;
    *length = 0;
    return NULL;
}

#endif
