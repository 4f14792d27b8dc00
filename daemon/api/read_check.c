/* SPDX-License-Identifier: Apache-2.0 */
/* What can be wrong before anything happens: the ladders, by the daemon that knows them and the gateways. */
#include "api/api_internal.h"
#include "lib/json.h"

json_t *read_ladder_check(struct api_call *call)
{
    json_t *page;

    if (!call->parts->check_ladders)
        return api_refuse(call, 501, "this daemon has no ladders");
    page = json_object();
    json_put(page, "items", call->parts->check_ladders(call->parts->arg));
    json_put(page, "next", NULL);
    return page;
}
