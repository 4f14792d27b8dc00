/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon in figures, for GET /metrics: how long turns last, sizes of the store's files, the helper, gateways, hooks. */
#include <sys/stat.h>

#include "daemon_internal.h"
#include "lib/json.h"
#include "lib/memory.h"

static const int64_t bounds_us[] = { 500, 1000, 2000, 5000, 10000, 15000, 25000, 50000, 100000, 500000, 1000000 };
_Static_assert(COUNT(bounds_us) == TURN_BUCKETS, "a count for each");

void metrics_turn(struct daemon *d, int64_t took_us)
{
    size_t i = 0;

    while (i < COUNT(bounds_us) && took_us > bounds_us[i])
        i++;
    if (i < COUNT(bounds_us))
        d->times.buckets[i]++;
    d->times.sum_us += took_us;
    d->times.count++;
}

static json_t *turns(const struct daemon *d)
{
    json_t *out = json_object(), *buckets = json_array();
    int64_t n = 0;

    for (size_t i = 0; i < COUNT(bounds_us); i++) {
        json_t *bucket = json_object();

        n += d->times.buckets[i];
        json_put_int(bucket, "le_us", bounds_us[i]);
        json_put_int(bucket, "n", n);
        json_array_append_new(buckets, bucket);
    }
    json_put(out, "buckets", buckets);
    json_put_int(out, "sum_us", d->times.sum_us);
    json_put_int(out, "count", d->times.count);
    return out;
}

static int64_t size_of(const char *path)
{
    struct stat there;

    return stat(path, &there) == 0 ? there.st_size : 0;
}

json_t *metrics_own(void *arg)
{
    struct daemon *d = arg;
    CLEANUP(mem_clean) char *wal = mem_format("%s-wal", d->config.store);
    json_t *out = json_object(), *gateways = json_array();

    for (struct gateway *g = gateways_next(d->gateways, NULL); g; g = gateways_next(d->gateways, g))
        json_array_append_new(gateways, gateway_show(g));
    json_put_int(out, "uptime_ms", clock_mono() - d->started_real);
    json_put_flag(out, "store_ok", d->trouble.fault == FAULT_NONE);
    json_put(out, "turns", turns(d));
    json_put_int(out, "store_bytes", size_of(d->config.store));
    json_put_int(out, "wal_bytes", size_of(wal));
    json_put_int(out, "helper_jobs", (json_int_t)helper_jobs(d->helper));
    json_put(out, "gateways", gateways);
    json_put(out, "hooks", heralds_show(d->heralds));
    return out;
}
