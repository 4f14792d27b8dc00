/* SPDX-License-Identifier: Apache-2.0 */
/* Sin: what must be counted and passed over: unknown verbs and keys, an answer to no webhook, window 0, another epoch, lines without id. */
#include "tests/gateways/sin.h"

int main(void)
{
    json_t *hello = sin_greet();

    sin_say("{\"type\":\"telepathy\",\"to\":\"+8619900000001\"}");
    sin_say("{\"type\":\"http\",\"req\":\"1\",\"status\":200}");
    sin_say("{\"type\":\"health\",\"state\":\"ok\",\"mood\":\"fine\",\"signal\":17}");
    sin_say("{\"type\":\"window\",\"n\":0}");
    sin_say("{\"type\":\"window\",\"n\":-5}");
    sin_say("{\"type\":\"accepted\",\"id\":\"formerlife-7\"}");
    sin_say("{\"type\":\"status\",\"uid\":\"u1\",\"id\":\"formerlife-7\",\"state\":\"delivered\"}");
    sin_say("{\"type\":\"accepted\"}");
    sin_say("{\"type\":\"reply\",\"text\":\"1\"}");
    sin_say("{\"type\":\"pong\",\"n\":77}");
    sin_say("{\"type\":\"reply\",\"uid\":\"u2\",\"from\":\"+8619900000001\",\"text\":\"1\"}");
    sin_listen();
    json_decref(hello);
    return 0;
}
