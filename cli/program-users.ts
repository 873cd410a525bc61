/** The commands for people: their accounts, and where they are signed in. */

import { type Command, Option } from "commander";
import { SCOPES } from "../contracts/cluster";
import { anywhere, by, JSON_FLAG, type Opener, YES_FLAG } from "./asking";

const users = (): typeof import("./commands/users") => require("./commands/users");
const sessions = (): typeof import("./commands/sessions") => require("./commands/sessions");

const WHO = ["<who>", "the account's id, or its e-mail address"] as const;

export function addUsers(command: Command, open: Opener): void {
	anywhere(command.command("list"))
		.description("list the accounts: who may sign in, what else they may do, when they last did")
		.option(...JSON_FLAG)
		.action(by<[]>(open, "users", () => users().listUsers));
	anywhere(command.command("show"))
		.description("show an account")
		.argument(...WHO)
		.option(...JSON_FLAG)
		.action(by<[string]>(open, "users", () => users().showUser));
	anywhere(command.command("create"))
		.description("make an account, and send its owner a letter by which they choose a password")
		.argument("<email>", "its e-mail address")
		.option("--name <name>", "what they are called")
		.addOption(
			new Option("--scope <scope...>", "what they may do beside what is their own").choices(Object.keys(SCOPES))
		)
		.addOption(new Option("--admin", "all scopes that there are").conflicts("scope"))
		.option(...JSON_FLAG)
		.action(by<[string]>(open, "users", () => users().createUser));
	anywhere(command.command("disable"))
		.description("let nobody in by an account, and end its sessions")
		.argument(...WHO)
		.option(...YES_FLAG)
		.option(...JSON_FLAG)
		.action(by<[string]>(open, "users", () => users().disableUser));
	anywhere(command.command("enable"))
		.description("let the owner of an account in again")
		.argument(...WHO)
		.option(...JSON_FLAG)
		.action(by<[string]>(open, "users", () => users().enableUser));
	anywhere(command.command("delete"))
		.description("delete an account for good, with all that is kept of its owner")
		.argument(...WHO)
		.option(...YES_FLAG)
		.option(...JSON_FLAG)
		.action(by<[string]>(open, "users", () => users().deleteUser));
	anywhere(command.command("reset"))
		.description("send the owner of an account a letter by which they choose another password")
		.argument(...WHO)
		.option(...JSON_FLAG)
		.action(by<[string]>(open, "users", () => users().resetUser));
}

export function addSessions(command: Command, open: Opener): void {
	anywhere(command.command("list"))
		.description("list where somebody is signed in")
		.argument(...WHO)
		.option(...JSON_FLAG)
		.action(by<[string]>(open, "users", () => sessions().listSessions));
	anywhere(command.command("revoke"))
		.description("end a session at once")
		.argument(...WHO)
		.argument("<session>", "its id, as `banyan sessions list` has it")
		.option(...JSON_FLAG)
		.action(by<[string, string]>(open, "users", () => sessions().revokeSession));
	anywhere(command.command("revoke-all"))
		.description("end all sessions of somebody at once")
		.argument(...WHO)
		.option(...YES_FLAG)
		.option(...JSON_FLAG)
		.action(by<[string]>(open, "users", () => sessions().revokeSessions));
}
