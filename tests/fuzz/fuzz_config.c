/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a configuration: the text, libconfig's tree and the walk over the table of keys. Must not crash, leak or
 * hang; what is accepted must be complete. Includes lead to files that do not exist.
 */
#include <stdlib.h>
#include <string.h>

#include "config/carry.h"
#include "config/config_internal.h"
#include "lib/memory.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
const char *__lsan_default_suppressions(void);

/* libconfig 1.5 loses the text before a syntax error. */
const char *__lsan_default_suppressions(void)
{
    return "leak:libconfig.so";
}

/* Whatever ladders were read, a limited gateway can or cannot carry them. */
static void carry(const struct config *config, struct mistakes *mistakes)
{
    static const char *const channels[] = { "sms", "voice", NULL }, *const prefixes[] = { "+", NULL };
    const struct carrier cloud = { .name = "cloud",
                                   .channels = channels,
                                   .prefixes = prefixes,
                                   .limits = { { 1, MINUTE_MS }, { 5, HOUR_MS }, { 20, DAY_MS } },
                                   .limit_count = 3 };
    struct mistakes found = { 0 };

    if (mistakes->count == 0)
        config_check_carry(config, &cloud, 1, &found);
    mistakes_free(&found);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct mistakes mistakes = { 0 };
    const struct walk walk = { .folder = "/nowhere", .mistakes = &mistakes, .ladders = &mistakes };
    struct config config = { 0 };
    struct source source;
    char *text = mem_new(size + 1, 1);
    struct node *root;

    if (size)
        memcpy(text, data, size);
    config_ship_ladders(&config);
    source_read_text(&source, "/nowhere/fuzz.conf", text, size, &mistakes);
    root = tree_read(&source, &mistakes);
    if (root) {
        config_walk(&walk, &config, root);
        config_check(&walk, &config, root);
        carry(&config, &mistakes);
        config_replace_ladders(&config);
        if (mistakes.count == 0 && (!config.school.name || !config.store || !config.listen.socket))
            abort();
    } else if (mistakes.count == 0) {
        abort(); /* refused without a reason */
    }
    config_tree_free(root);
    source_free(&source);
    config_free(&config);
    mistakes_free(&mistakes);
    free(text);
    return 0;
}
