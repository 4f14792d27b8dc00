/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The smallest gateway: it says that it accepted every job, and nothing leaves. It shows what a module is; for trying
 * out a configuration without any phone ringing. It promises nothing about restarts, for it knows nothing.
 */
#include "gateways/common/gateway.h"

static const char *const channels[] = { "sms", "voice", NULL };

static void accept_job(struct gateway *gateway, const struct gateway_job *job)
{
    gateway_say_started(gateway, job->id);
    gateway_say_accepted(gateway, job->id, job->id, 1);
}

static const struct gateway_module module = {
    .ready = {
        .type = "null",
        .channels = channels,
        .window = 64,
        .free_text = true,
        .idempotent = true, /* a repeated job does no harm: there is nothing behind us */
        .simulated = true,
    },
    .send = accept_job,
};

int main(int argc, char **argv)
{
    return gateway_main(argc, argv, &module);
}
