/** Begins a node, as `make start` and a service manager do, under whatever Node it is called by. */

import { onNode } from "./any-node";

onNode(() => require("./server"));
