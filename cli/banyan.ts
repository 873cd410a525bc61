#!/usr/bin/env node
/** Begins the command `banyan`, under whatever Node it is called by. */

import { onNode } from "../any-node";

onNode(() => require("./main"));
