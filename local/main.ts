/** Begins the cluster's commands, under whatever Node they are called by. */

import { onNode } from "../any-node";

onNode(() => require("./program"));
