/** Begins the trial by faults, under whatever Node it is called by. */

import { onNode } from "../../any-node";

onNode(() => require("./program"));
