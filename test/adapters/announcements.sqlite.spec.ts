import { join } from "node:path";
import { openSqliteStore } from "../../adapters/eventstore";
import { folder } from "../support/deliveries";
import { announcementsConformance } from "./announcements.conformance";

const place = folder();
afterAll(() => place[Symbol.dispose]());
let made = 0;

announcementsConformance("durable events in SQLite", () => openSqliteStore(join(place.path, `${made++}.db`)));
