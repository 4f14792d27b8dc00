/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration: one libconfig file (conf/greenline.conf shows every key) read into plain data, checked wholly.
 *
 * Promise: config_read() returns true only when there is no mistake; else every mistake of the file is in the list, one
 * line each, `FILE:LINE: KEY: what: mend`. Each key has a default or is asked for. Paths in `struct config` are absolute
 * or relative to the working directory: a relative path in the file starts at the folder of the file given to
 * config_read(), also when it stands in an @include'd one; an @include itself starts at the file that holds it.
 * Nothing is opened but the configuration itself: whether folders and programs exist is found out by those who use them.
 */
#ifndef GREENLINE_CONFIG_CONFIG_H
#define GREENLINE_CONFIG_CONFIG_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/clock.h"
#include "lib/error.h"

/* Lists of words (`char **`) end with NULL and are never NULL themselves after config_read(). */

struct config_gateway {
    char *name;
    char *program;    /* a name for path_gateway(), an absolute path, or "unix:" and the absolute path of a socket */
    char **channels;  /* "sms", "voice", "im" */
    char **prefixes;  /* each begins with +; { "+" } carries every number */
    double rate;      /* messages a second, 0 = no limit */
    int64_t price_e4; /* a part or a call, in 1/10000 yuan: 500 = 0.05 yuan */
    json_t *config;   /* the module's own section, {} when there is none */
    bool confine;     /* see gateway/confine.h */
    char **paths;     /* absolute; what a confined one may read and write beside its folder */
    int signal_below; /* dBm; 0: no signal is too low */
    struct {
        char *number; /* E.164, its own; "" = no probe */
        int at_min;   /* of the day */
    } probe;
    struct {
        char **from; /* ranges of addresses that may call /hook/NAME; none: any */
    } hook;
    char *file; /* where the gateway stands, for messages about it */
    int line;
};

/* A program that is told what happens; see gateway/herald.h. */
struct config_hook {
    char *program;  /* an absolute path */
    char **events;  /* of word_events */
    json_t *config; /* told to the program, {} when there is none */
    char *file;
    int line;
};

struct config_step {
    char *branch;     /* "" = the main one */
    time_ms after_ms; /* from when the step before in its branch fired */
    char **who;       /* "guardian:1", "parents", "mentor", "role:head", "person:REF" … */
    char **channels;  /* "auto": by what the person can read */
    char *answer;     /* "any", "all" or "role:R" */
    int calls;        /* how often a call without an answer is tried */
    char *file;
    int line;
};

enum { CONFIG_BRANCHES_MAX = 6 }; /* of a ladder; as LADDER_BRANCHES_MAX of the core, held by daemon/checks.c */

struct config_ladder {
    char *name;
    /* kinds of causes that take this ladder when nothing else is said, and kinds of alert ("missing", "missing.red"); the
     * first ladder of a kind counts */
    char **kinds;
    char *then; /* after the last step: "restart", or who it is handed to ("head", "person:REF"); "" = the ask ends */
    struct config_step *steps;
    size_t step_count;
    char *file;
    int line;
    bool faulty;   /* there was a mistake in it: config_read_start() put the shipped one in its place */
    bool replaced; /* it is the shipped one, in the place of a faulty one */
};

/* A number that a person rings by hand in an emergency: police, ambulance, the education office. */
struct config_number {
    char *name;   /* "police": for `greenline alert reported --to police` */
    char *zh;     /* "公安"; the name when none is given */
    char *number; /* "110", as people dial it */
};

struct config_kind {
    char *name;
    time_ms due_ms, grace_ms; /* -1: as in the table of kinds */
    int line;
};

struct config {
    char *file;   /* as given to config_read() */
    char *folder; /* where it stands; relative paths begin there */
    struct {
        char *name, *signature, *region, *timezone;
        char *language;                   /* "zh" or "en" */
        char **calendar;                  /* paths; none: { NULL } */
        char *week_starts;                /* "monday" or "sunday" */
        char *stage;                      /* "", "kindergarten", "primary", "boarding" */
        int quiet_from_min, quiet_to_min; /* minutes of the day; equal = no quiet hours */
    } school;
    char *store;     /* the database file */
    char *state_dir; /* locks and states of the gateways; by default the store's folder */
    bool demo;
    struct {
        char *start;  /* "" or a time in the school's zone, "2026-10-08 07:30"; only with demo */
        double speed; /* times real time; 1 unless said */
    } clock;
    struct {
        char *socket, *http;     /* http: for webhooks, "127.0.0.1:8025", or "" = none */
        int connections;         /* of http, at one time */
        char *certificate, *key; /* of http: PEM files, or "" = no TLS */
        bool metrics;            /* http serves /metrics too, to this machine and by token */
        char *tokens;            /* a socket where only tokens count, or "" = none */
    } listen;
    struct config_hook *hooks;
    size_t hook_count;
    struct config_gateway *gateways; /* in the order of the file: the first of a route is its price */
    size_t gateway_count;
    char *templates, *answers, *headers; /* folder, folder, file */
    struct config_ladder *ladders;
    size_t ladder_count;
    struct config_ladder *shipped; /* those that come with the program */
    size_t shipped_count;
    struct {
        int per_line_day; /* 0 = no cap */
    } limits;
    struct {
        time_ms first_ms, max_ms;
    } retry;
    struct {
        time_ms settled_after_ms; /* from the answer that settles to the "settled, thank you" to the others */
        time_ms done_by_ms;       /* who took it gives an outcome within, or the climb goes on */
        time_ms remind_ms;        /* so long before that the one who took it is reminded */
        struct {
            time_ms guardian_ms, parents_ms, authorities_ms, report_ms,
                result_ms; /* from the alert; 0 = this clock does not run */
        } clocks;
        struct config_number *numbers;
        size_t number_count;
    } emergency;
    struct {
        char *by;          /* "08:20", or "" = no roll */
        int by_min;        /* the same as minutes of the day; -1 */
        time_ms before_ms; /* the class teachers are asked so long before */
        char **classes;    /* empty: all */
        char *ladder;
    } roll;
    struct config_kind *kinds;
    size_t kind_count;
    struct {
        char *level; /* "error", "warning", "notice", "info", "debug" */
        int number;  /* the same as enum log_level */
    } log;
    struct {
        char *folder; /* by default `backup` in state_dir */
        char *key;    /* file of the key that seals them; "" = they are plain */
    } backup;
};

/*
 * Reads and checks `path`. *out is filled and the caller's (config_free) only when true is returned; on false it is
 * untouched and `mistakes` has at least one line.
 * libconfig exports a function of this name: hidden keeps the two apart, and no file includes both headers.
 */
__attribute__((visibility("hidden"))) bool config_read(struct config *out, const char *path, struct mistakes *mistakes);
/*
 * The same for a start: a ladder with a mistake is no reason not to start, since a daemon that does not run alarms
 * nobody. Its mistakes go to `ladders`, and the shipped ladder of that name or kind takes its place. So it is when an included
 * file whose name begins with "ladders" cannot be read at all, or is broken: then all ladders are the shipped ones.
 */
bool config_read_start(struct config *out, const char *path, struct mistakes *mistakes, struct mistakes *ladders);
/* The shipped ladder that would take the place of a faulty one; never NULL. */
const struct config_ladder *config_stand_in(const struct config *config, const struct config_ladder *faulty);
/* Puts the shipped ladder of that name or kind in the place of configured ladder `index`. */
void config_replace_ladder(struct config *config, size_t index);
void config_free(struct config *config);

/* NULL when there is none of that name. */
const struct config_gateway *config_gateway_find(const struct config *config, const char *name);
/* The configured one, else the shipped one. */
const struct config_ladder *config_ladder_find(const struct config *config, const char *name);
/*
 * The first ladder that names the kind ("checkin"), or the kind of alert ("missing", "missing.red"). What must not end
 * in silence and what the roll needs falls back to the shipped ladder; but a kind of alert that the school's ladders do
 * not name gives NULL when they have one for "emergency": that one is meant. NULL when there is none.
 */
const struct config_ladder *config_ladder_of_kind(const struct config *config, const char *kind);
/* The rows of `kinds = { … }` for one kind, or NULL. */
const struct config_kind *config_kind_find(const struct config *config, const char *kind);

/* The number of that name, or NULL. */
const struct config_number *config_number_find(const struct config *config, const char *name);

/* Every key with its type, default and a line of help: the man page and greenline.conf are held against this. */
void config_keys_print(FILE *out);

#endif
