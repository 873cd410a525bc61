import { openMemoryStore } from "../../adapters/eventstore";
import { announcementsConformance } from "./announcements.conformance";

announcementsConformance("durable events in memory", () => openMemoryStore());
