/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the programs find each other and their data: beside the running program in a build tree (`build/` with `conf/`
 * next to it), else in the installed places. GREENLINE_DATA overrides the data folder.
 */
#ifndef GREENLINE_LIB_PATHS_H
#define GREENLINE_LIB_PATHS_H

/* `conf/NAME` of a build tree, or /usr/share/greenline/NAME; the caller frees; never NULL (the file may be missing). */
char *path_data(const char *name);
/* A gateway program by name, or an absolute path as it is; the caller frees. */
char *path_gateway(const char *program);

#endif
