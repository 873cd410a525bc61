/** Begins a sample panel, under whatever Node it is called by; what it takes, program.ts says. */

import { onNode } from "../../any-node";

onNode(() => require("./program"));
