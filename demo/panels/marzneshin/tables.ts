/** The sample's tables: the real panel's columns for users and admins, whole JSON for what is only shown. */
export const tables = `
CREATE TABLE IF NOT EXISTS admins (
	id INTEGER NOT NULL PRIMARY KEY,
	username VARCHAR(32) UNIQUE,
	hashed_password VARCHAR(128),
	created_at DATETIME,
	is_sudo BOOLEAN DEFAULT 0,
	enabled BOOLEAN NOT NULL DEFAULT 1,
	all_services_access BOOLEAN NOT NULL DEFAULT 0,
	modify_users_access BOOLEAN NOT NULL DEFAULT 1,
	subscription_url_prefix VARCHAR(256) NOT NULL DEFAULT '',
	password_reset_at DATETIME
);
CREATE TABLE IF NOT EXISTS users (
	id INTEGER NOT NULL PRIMARY KEY,
	username VARCHAR(32) UNIQUE,
	"key" VARCHAR(64) UNIQUE,
	activated BOOLEAN NOT NULL DEFAULT 1,
	enabled BOOLEAN NOT NULL DEFAULT 1,
	removed BOOLEAN NOT NULL DEFAULT 0,
	used_traffic BIGINT DEFAULT 0,
	lifetime_used_traffic BIGINT NOT NULL DEFAULT 0,
	traffic_reset_at DATETIME,
	data_limit BIGINT,
	data_limit_reset_strategy VARCHAR(8) NOT NULL DEFAULT 'no_reset',
	ip_limit INTEGER NOT NULL DEFAULT -1,
	settings VARCHAR(1024),
	expire_strategy VARCHAR(18) NOT NULL DEFAULT 'never',
	expire_date DATETIME,
	usage_duration BIGINT,
	activation_deadline DATETIME,
	admin_id INTEGER REFERENCES admins (id),
	sub_updated_at DATETIME,
	sub_last_user_agent VARCHAR(512),
	sub_revoked_at DATETIME,
	created_at DATETIME,
	note VARCHAR(500),
	online_at DATETIME,
	edit_at DATETIME
);
CREATE INDEX IF NOT EXISTS users_admin ON users (admin_id);
CREATE TABLE IF NOT EXISTS services (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(64));
CREATE TABLE IF NOT EXISTS users_services (
	user_id INTEGER NOT NULL, service_id INTEGER NOT NULL, PRIMARY KEY (user_id, service_id)
);
CREATE INDEX IF NOT EXISTS users_of_service ON users_services (service_id);
CREATE TABLE IF NOT EXISTS inbounds_services (inbound_id INTEGER, service_id INTEGER);
CREATE TABLE IF NOT EXISTS admins_services (admin_id INTEGER, service_id INTEGER);
CREATE TABLE IF NOT EXISTS inbounds (
	id INTEGER NOT NULL PRIMARY KEY,
	tag VARCHAR(256),
	protocol VARCHAR(20),
	config VARCHAR(512),
	node_id INTEGER,
	UNIQUE (node_id, tag)
);
CREATE TABLE IF NOT EXISTS hosts (id INTEGER NOT NULL PRIMARY KEY, position INTEGER, body JSON NOT NULL);
CREATE TABLE IF NOT EXISTS nodes (id INTEGER NOT NULL PRIMARY KEY, body JSON NOT NULL);
CREATE TABLE IF NOT EXISTS node_configs (
	node_id INTEGER NOT NULL, backend VARCHAR(32) NOT NULL, config TEXT NOT NULL, PRIMARY KEY (node_id, backend)
);
CREATE TABLE IF NOT EXISTS settings (id INTEGER NOT NULL PRIMARY KEY, subscription JSON, telegram JSON);
CREATE TABLE IF NOT EXISTS jwt (id INTEGER NOT NULL PRIMARY KEY, secret_key VARCHAR(64) NOT NULL);
`;
