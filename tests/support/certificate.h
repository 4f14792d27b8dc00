/* SPDX-License-Identifier: Apache-2.0 */
/* A certificate of a test's own, for localhost, signed by itself, as two PEM files. */
#ifndef GREENLINE_TESTS_SUPPORT_CERTIFICATE_H
#define GREENLINE_TESTS_SUPPORT_CERTIFICATE_H

/* Writes both files anew; `name` is its common name. A failure ends the program. */
void certificate_write(const char *certificate, const char *key, const char *name);

#endif
