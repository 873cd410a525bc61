import type { Naming } from "./names";

const COLLATIONS: Readonly<Record<Naming, string>> = { nocase: "NOCASE", exact: "BINARY", mariadb: "BINARY" };

/** The tables of Marzban 0.8.4, by the names and types an outside SQL client meets. */
export const tablesOf = (naming: Naming): string => `
CREATE TABLE IF NOT EXISTS admin_usage_logs (
	id INTEGER NOT NULL PRIMARY KEY,
	admin_id INTEGER REFERENCES admins (id),
	used_traffic_at_reset BIGINT NOT NULL,
	reset_at DATETIME
);
CREATE TABLE IF NOT EXISTS admins (
	id INTEGER NOT NULL PRIMARY KEY,
	username VARCHAR(34) UNIQUE,
	hashed_password VARCHAR(128),
	created_at DATETIME,
	is_sudo BOOLEAN DEFAULT 0,
	password_reset_at DATETIME,
	telegram_id BIGINT,
	discord_webhook VARCHAR(1024),
	users_usage BIGINT NOT NULL DEFAULT '0'
);
CREATE TABLE IF NOT EXISTS alembic_version (
	version_num VARCHAR(32) NOT NULL PRIMARY KEY
);
CREATE TABLE IF NOT EXISTS exclude_inbounds_association (
	proxy_id INTEGER REFERENCES proxies (id),
	inbound_tag VARCHAR(256) REFERENCES inbounds (tag)
);
CREATE TABLE IF NOT EXISTS hosts (
	id INTEGER NOT NULL PRIMARY KEY,
	remark VARCHAR(256) NOT NULL,
	address VARCHAR(256) NOT NULL,
	port INTEGER,
	inbound_tag VARCHAR(256) NOT NULL REFERENCES inbounds (tag),
	sni VARCHAR(1000),
	host VARCHAR(1000),
	security VARCHAR(15) NOT NULL DEFAULT 'inbound_default',
	alpn VARCHAR(14) NOT NULL DEFAULT 'none',
	fingerprint VARCHAR(10) NOT NULL DEFAULT 'none',
	allowinsecure BOOLEAN,
	is_disabled BOOLEAN,
	path VARCHAR(256),
	mux_enable BOOLEAN NOT NULL DEFAULT '0',
	fragment_setting VARCHAR(100),
	random_user_agent BOOLEAN NOT NULL DEFAULT '0',
	noise_setting VARCHAR(2000),
	use_sni_as_host BOOLEAN NOT NULL DEFAULT '0'
);
CREATE TABLE IF NOT EXISTS inbounds (
	id INTEGER NOT NULL PRIMARY KEY,
	tag VARCHAR(256) NOT NULL UNIQUE
);
CREATE TABLE IF NOT EXISTS jwt (
	id INTEGER NOT NULL PRIMARY KEY,
	secret_key VARCHAR(64) NOT NULL
);
CREATE TABLE IF NOT EXISTS next_plans (
	id INTEGER NOT NULL PRIMARY KEY,
	user_id INTEGER NOT NULL REFERENCES users (id),
	data_limit BIGINT NOT NULL,
	expire INTEGER,
	add_remaining_traffic BOOLEAN NOT NULL DEFAULT '0',
	fire_on_either BOOLEAN NOT NULL DEFAULT '0'
);
CREATE TABLE IF NOT EXISTS node_usages (
	id INTEGER NOT NULL PRIMARY KEY,
	created_at DATETIME NOT NULL,
	node_id INTEGER REFERENCES nodes (id),
	uplink BIGINT,
	downlink BIGINT,
	UNIQUE (created_at, node_id)
);
CREATE TABLE IF NOT EXISTS node_user_usages (
	id INTEGER NOT NULL PRIMARY KEY,
	created_at DATETIME NOT NULL,
	user_id INTEGER REFERENCES users (id),
	node_id INTEGER REFERENCES nodes (id),
	used_traffic BIGINT,
	UNIQUE (created_at, user_id, node_id)
);
CREATE TABLE IF NOT EXISTS nodes (
	id INTEGER NOT NULL PRIMARY KEY,
	name VARCHAR(256) UNIQUE,
	address VARCHAR(256) NOT NULL,
	port INTEGER NOT NULL,
	api_port INTEGER NOT NULL,
	status VARCHAR(10) NOT NULL,
	last_status_change DATETIME,
	message VARCHAR(1024),
	created_at DATETIME,
	uplink BIGINT,
	downlink BIGINT,
	xray_version VARCHAR(32),
	usage_coefficient FLOAT NOT NULL DEFAULT 1.0
);
CREATE TABLE IF NOT EXISTS notification_reminders (
	id INTEGER NOT NULL PRIMARY KEY,
	user_id INTEGER REFERENCES users (id),
	type VARCHAR(15) NOT NULL,
	expires_at DATETIME,
	created_at DATETIME,
	threshold INTEGER
);
CREATE TABLE IF NOT EXISTS proxies (
	id INTEGER NOT NULL PRIMARY KEY,
	user_id INTEGER REFERENCES users (id),
	type VARCHAR(11) NOT NULL,
	settings JSON NOT NULL
);
CREATE TABLE IF NOT EXISTS system (
	id INTEGER NOT NULL PRIMARY KEY,
	uplink BIGINT,
	downlink BIGINT
);
CREATE TABLE IF NOT EXISTS template_inbounds_association (
	user_template_id INTEGER REFERENCES user_templates (id),
	inbound_tag VARCHAR(256) REFERENCES inbounds (tag)
);
CREATE TABLE IF NOT EXISTS tls (
	id INTEGER NOT NULL PRIMARY KEY,
	"key" VARCHAR(4096) NOT NULL,
	certificate VARCHAR(2048) NOT NULL
);
CREATE TABLE IF NOT EXISTS user_templates (
	id INTEGER NOT NULL PRIMARY KEY,
	name VARCHAR(64) NOT NULL UNIQUE,
	data_limit INTEGER,
	expire_duration INTEGER,
	username_prefix VARCHAR(20),
	username_suffix VARCHAR(20)
);
CREATE TABLE IF NOT EXISTS user_usage_logs (
	id INTEGER NOT NULL PRIMARY KEY,
	user_id INTEGER REFERENCES users (id),
	used_traffic_at_reset BIGINT NOT NULL,
	reset_at DATETIME
);
CREATE TABLE IF NOT EXISTS users (
	id INTEGER NOT NULL PRIMARY KEY,
	username VARCHAR(34) COLLATE ${COLLATIONS[naming]} UNIQUE,
	status VARCHAR(8) NOT NULL,
	used_traffic BIGINT,
	data_limit BIGINT,
	expire INTEGER,
	created_at DATETIME DEFAULT CURRENT_TIMESTAMP,
	admin_id INTEGER REFERENCES admins (id),
	data_limit_reset_strategy VARCHAR(8) NOT NULL DEFAULT 'no_reset',
	sub_revoked_at DATETIME,
	note VARCHAR(500),
	sub_updated_at DATETIME,
	sub_last_user_agent VARCHAR(64),
	online_at DATETIME,
	edit_at DATETIME,
	on_hold_timeout DATETIME,
	on_hold_expire_duration BIGINT,
	auto_delete_in_days INTEGER,
	last_status_change DATETIME
);
CREATE INDEX IF NOT EXISTS sample_proxies_user ON proxies (user_id);
CREATE INDEX IF NOT EXISTS sample_excluded_proxy ON exclude_inbounds_association (proxy_id);
CREATE INDEX IF NOT EXISTS sample_logs_user ON user_usage_logs (user_id);
CREATE INDEX IF NOT EXISTS sample_plans_user ON next_plans (user_id);
CREATE INDEX IF NOT EXISTS sample_users_admin ON users (admin_id);
`;
