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
    char *program;    /* a name for path_gateway(), or an absolute path */
    char **channels;  /* "sms", "voice", "im" */
    char **prefixes;  /* each begins with +; { "+" } carries every number */
    double rate;      /* messages a second, 0 = no limit */
    int64_t price_e4; /* a part or a call, in 1/10000 yuan: 500 = 0.05 yuan */
    json_t *config;   /* the module's own section, {} when there is none */
    struct {
        char **from; /* ranges of addresses that may call /hook/NAME; none: any */
    } hook;
    char *file; /* where the gateway stands, for messages about it */
    int line;
};

struct config_step {
    time_ms after_ms; /* from when the step before fired */
    char **who;       /* "guardian:1", "parents", "mentor", "role:head", "person:REF" … */
    char **channels;
    char *answer; /* "any", "all" or "role:R" */
    int calls;    /* how often a call without an answer is tried */
    char *file;
    int line;
};

struct config_ladder {
    char *name;
    char *
        *kinds; /* kinds of causes that take this ladder when nothing else is said; the first ladder of a kind counts */
    char *then; /* after the last step: "restart", "head", "person:REF", or "" = the ask ends */
    struct config_step *steps;
    size_t step_count;
    char *file;
    int line;
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
    } listen;
    struct config_gateway *gateways; /* in the order of the file: the first of a route is its price */
    size_t gateway_count;
    char *templates, *answers, *headers; /* folder, folder, file */
    struct config_ladder *ladders;
    size_t ladder_count;
    struct {
        int per_line_day; /* 0 = no cap */
    } limits;
    struct {
        time_ms first_ms, max_ms;
    } retry;
    struct {
        time_ms settled_after_ms;
    } emergency;
    struct config_kind *kinds;
    size_t kind_count;
    struct {
        char *level; /* "error", "warning", "notice", "info", "debug" */
        int number;  /* the same as enum log_level */
    } log;
    struct {
        char *folder; /* by default `backup` in state_dir */
    } backup;
};

/*
 * Reads and checks `path`. *out is filled and the caller's (config_free) only when true is returned; on false it is
 * untouched and `mistakes` has at least one line.
 * libconfig exports a function of this name: hidden keeps the two apart, and no file includes both headers.
 */
__attribute__((visibility("hidden"))) bool config_read(struct config *out, const char *path, struct mistakes *mistakes);
void config_free(struct config *config);

/* NULL when there is none of that name. */
const struct config_gateway *config_gateway_find(const struct config *config, const char *name);
const struct config_ladder *config_ladder_find(const struct config *config, const char *name);
/* The first ladder that names the kind, or NULL. */
const struct config_ladder *config_ladder_of_kind(const struct config *config, const char *kind);
/* The rows of `kinds = { … }` for one kind, or NULL. */
const struct config_kind *config_kind_find(const struct config *config, const char *kind);

/* Every key with its type, default and a line of help: the man page and greenline.conf are held against this. */
void config_keys_print(FILE *out);

#endif
