/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log: one line an event on standard error, with "<n>" priority prefixes where the journal reads them
 * (sd-daemon(3)). Phone numbers go through mask_number(); texts of messages and secrets are never logged.
 */
#ifndef GREENLINE_LIB_LOG_H
#define GREENLINE_LIB_LOG_H

/* The numbers of syslog(3), as sd-daemon uses them. */
enum log_level {
    LOG_LEVEL_ERROR = 3,
    LOG_LEVEL_WARNING = 4,
    LOG_LEVEL_NOTICE = 5,
    LOG_LEVEL_INFO = 6,
    LOG_LEVEL_DEBUG = 7
};

/* Lines above `level` are left out (default LOG_LEVEL_INFO). */
void log_set_level(enum log_level level);
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...) log_line(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(...) log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

enum { MASKED_MAX = 32 };
/* "+8619900000376" to "+86199****0376": what may stand in a log or on a screen that others see. */
void mask_number(char out[static MASKED_MAX], const char *number);

#endif
