-- The tables of Whups 3.0.12 and Horde's permissions, preferences and files, made by Horde's own migrations, for trying the profile without a source.
CREATE TABLE `horde_perms` (
  `perm_id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `perm_name` varchar(255) NOT NULL,
  `perm_parents` varchar(255) DEFAULT NULL,
  `perm_data` text DEFAULT NULL,
  PRIMARY KEY (`perm_id`),
  UNIQUE KEY `index_horde_perms_on_perm_name` (`perm_name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `horde_perms_schema_info` (
  `version` int(11) DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `horde_prefs` (
  `pref_uid` varchar(255) NOT NULL,
  `pref_scope` varchar(16) NOT NULL DEFAULT '',
  `pref_name` varchar(32) NOT NULL,
  `pref_value` longblob DEFAULT NULL,
  PRIMARY KEY (`pref_uid`,`pref_scope`,`pref_name`),
  KEY `index_horde_prefs_on_pref_uid` (`pref_uid`),
  KEY `index_horde_prefs_on_pref_scope` (`pref_scope`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `horde_vfs` (
  `vfs_id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `vfs_type` smallint(5) unsigned NOT NULL,
  `vfs_path` varchar(255) DEFAULT NULL,
  `vfs_name` varchar(255) NOT NULL,
  `vfs_modified` bigint(20) NOT NULL,
  `vfs_owner` varchar(255) DEFAULT NULL,
  `vfs_data` longblob DEFAULT NULL,
  PRIMARY KEY (`vfs_id`),
  KEY `index_horde_vfs_on_vfs_path` (`vfs_path`),
  KEY `index_horde_vfs_on_vfs_name` (`vfs_name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `whups_attributes` (
  `ticket_id` int(11) NOT NULL,
  `attribute_id` int(11) NOT NULL,
  `attribute_value` varchar(255) DEFAULT NULL,
  PRIMARY KEY (`ticket_id`,`attribute_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `whups_attributes_desc` (
  `attribute_id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `type_id` int(11) NOT NULL,
  `attribute_name` varchar(64) NOT NULL,
  `attribute_description` varchar(255) NOT NULL,
  `attribute_type` varchar(255) NOT NULL DEFAULT 'text',
  `attribute_params` text DEFAULT NULL,
  `attribute_required` smallint(6) DEFAULT NULL,
  PRIMARY KEY (`attribute_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `whups_comments` (
  `comment_id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `ticket_id` int(11) NOT NULL,
  `user_id_creator` varchar(255) NOT NULL,
  `comment_text` text DEFAULT NULL,
  `comment_timestamp` int(11) DEFAULT NULL,
  PRIMARY KEY (`comment_id`),
  KEY `index_whups_comments_on_ticket_id` (`ticket_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `whups_guests` (
  `guest_id` varchar(255) NOT NULL,
  `guest_email` varchar(255) NOT NULL,
  PRIMARY KEY (`guest_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `whups_logs` (
  `log_id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `transaction_id` int(11) NOT NULL,
  `ticket_id` int(11) NOT NULL,
  `log_type` varchar(255) NOT NULL,
  `log_value` varchar(255) NOT NULL,
  `log_value_num` int(11) DEFAULT NULL,
  PRIMARY KEY (`log_id`),
  KEY `index_whups_logs_on_transaction_id` (`transaction_id`),
  KEY `index_whups_logs_on_ticket_id` (`ticket_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `whups_priorities` (
  `priority_id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `type_id` int(11) NOT NULL,
  `priority_name` varchar(64) DEFAULT NULL,
  `priority_description` varchar(255) DEFAULT NULL,
  `priority_default` smallint(6) NOT NULL DEFAULT 0,
  PRIMARY KEY (`priority_id`),
  KEY `index_whups_priorities_on_type_id` (`type_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `whups_queries` (
  `query_id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `query_parameters` text DEFAULT NULL,
  `query_object` text DEFAULT NULL,
  PRIMARY KEY (`query_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `whups_queues` (
  `queue_id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `queue_name` varchar(64) NOT NULL,
  `queue_description` varchar(255) DEFAULT NULL,
  `queue_versioned` smallint(6) NOT NULL DEFAULT 0,
  `queue_slug` varchar(64) DEFAULT NULL,
  `queue_email` varchar(64) DEFAULT NULL,
  PRIMARY KEY (`queue_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `whups_queues_users` (
  `queue_id` int(11) NOT NULL,
  `user_uid` varchar(250) NOT NULL,
  PRIMARY KEY (`queue_id`,`user_uid`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `whups_replies` (
  `type_id` int(11) NOT NULL,
  `reply_id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `reply_name` varchar(255) NOT NULL,
  `reply_text` text NOT NULL,
  PRIMARY KEY (`reply_id`),
  KEY `index_whups_replies_on_type_id` (`type_id`),
  KEY `index_whups_replies_on_reply_name` (`reply_name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `whups_schema_info` (
  `version` int(11) DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `whups_shares` (
  `share_id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `share_name` varchar(255) NOT NULL,
  `share_owner` varchar(255) NOT NULL,
  `share_flags` smallint(6) NOT NULL DEFAULT 0,
  `perm_creator` smallint(6) NOT NULL DEFAULT 0,
  `perm_default` smallint(6) NOT NULL DEFAULT 0,
  `perm_guest` smallint(6) NOT NULL DEFAULT 0,
  `attribute_name` varchar(255) NOT NULL,
  `attribute_slug` varchar(255) DEFAULT NULL,
  `share_parents` varchar(4000) DEFAULT NULL,
  PRIMARY KEY (`share_id`),
  KEY `index_whups_shares_on_share_name` (`share_name`),
  KEY `index_whups_shares_on_share_owner` (`share_owner`),
  KEY `index_whups_shares_on_perm_creator` (`perm_creator`),
  KEY `index_whups_shares_on_perm_default` (`perm_default`),
  KEY `index_whups_shares_on_perm_guest` (`perm_guest`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `whups_shares_groups` (
  `id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `share_id` int(11) NOT NULL,
  `group_uid` varchar(255) NOT NULL,
  `perm` smallint(6) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `index_whups_shares_groups_on_share_id` (`share_id`),
  KEY `index_whups_shares_groups_on_group_uid` (`group_uid`),
  KEY `index_whups_shares_groups_on_perm` (`perm`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `whups_shares_users` (
  `id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `share_id` int(11) NOT NULL,
  `user_uid` varchar(255) NOT NULL,
  `perm` int(11) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `index_whups_shares_users_on_share_id` (`share_id`),
  KEY `index_whups_shares_users_on_user_uid` (`user_uid`),
  KEY `index_whups_shares_users_on_perm` (`perm`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `whups_sharesng` (
  `share_id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `share_name` varchar(255) NOT NULL,
  `share_owner` varchar(255) DEFAULT NULL,
  `share_flags` int(11) NOT NULL DEFAULT 0,
  `perm_creator_2` tinyint(1) NOT NULL DEFAULT 0,
  `perm_creator_4` tinyint(1) NOT NULL DEFAULT 0,
  `perm_creator_8` tinyint(1) NOT NULL DEFAULT 0,
  `perm_creator_16` tinyint(1) NOT NULL DEFAULT 0,
  `perm_default_2` tinyint(1) NOT NULL DEFAULT 0,
  `perm_default_4` tinyint(1) NOT NULL DEFAULT 0,
  `perm_default_8` tinyint(1) NOT NULL DEFAULT 0,
  `perm_default_16` tinyint(1) NOT NULL DEFAULT 0,
  `perm_guest_2` tinyint(1) NOT NULL DEFAULT 0,
  `perm_guest_4` tinyint(1) NOT NULL DEFAULT 0,
  `perm_guest_8` tinyint(1) NOT NULL DEFAULT 0,
  `perm_guest_16` tinyint(1) NOT NULL DEFAULT 0,
  `attribute_name` varchar(255) NOT NULL,
  `attribute_slug` varchar(255) DEFAULT NULL,
  `share_parents` varchar(4000) DEFAULT NULL,
  PRIMARY KEY (`share_id`),
  KEY `index_whups_sharesng_on_share_name` (`share_name`),
  KEY `index_whups_sharesng_on_share_owner` (`share_owner`),
  KEY `index_whups_sharesng_on_perm_creator_2` (`perm_creator_2`),
  KEY `index_whups_sharesng_on_perm_creator_4` (`perm_creator_4`),
  KEY `index_whups_sharesng_on_perm_creator_8` (`perm_creator_8`),
  KEY `index_whups_sharesng_on_perm_creator_16` (`perm_creator_16`),
  KEY `index_whups_sharesng_on_perm_default_2` (`perm_default_2`),
  KEY `index_whups_sharesng_on_perm_default_4` (`perm_default_4`),
  KEY `index_whups_sharesng_on_perm_default_8` (`perm_default_8`),
  KEY `index_whups_sharesng_on_perm_default_16` (`perm_default_16`),
  KEY `index_whups_sharesng_on_perm_guest_2` (`perm_guest_2`),
  KEY `index_whups_sharesng_on_perm_guest_4` (`perm_guest_4`),
  KEY `index_whups_sharesng_on_perm_guest_8` (`perm_guest_8`),
  KEY `index_whups_sharesng_on_perm_guest_16` (`perm_guest_16`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `whups_sharesng_groups` (
  `share_id` int(11) NOT NULL,
  `group_uid` varchar(255) NOT NULL,
  `perm_2` tinyint(1) NOT NULL DEFAULT 0,
  `perm_4` tinyint(1) NOT NULL DEFAULT 0,
  `perm_8` tinyint(1) NOT NULL DEFAULT 0,
  `perm_16` tinyint(1) NOT NULL DEFAULT 0,
  KEY `index_whups_sharesng_groups_on_share_id` (`share_id`),
  KEY `index_whups_sharesng_groups_on_group_uid` (`group_uid`),
  KEY `index_whups_sharesng_groups_on_perm_2` (`perm_2`),
  KEY `index_whups_sharesng_groups_on_perm_4` (`perm_4`),
  KEY `index_whups_sharesng_groups_on_perm_8` (`perm_8`),
  KEY `index_whups_sharesng_groups_on_perm_16` (`perm_16`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `whups_sharesng_users` (
  `share_id` int(11) NOT NULL,
  `user_uid` varchar(255) NOT NULL,
  `perm_2` tinyint(1) NOT NULL DEFAULT 0,
  `perm_4` tinyint(1) NOT NULL DEFAULT 0,
  `perm_8` tinyint(1) NOT NULL DEFAULT 0,
  `perm_16` tinyint(1) NOT NULL DEFAULT 0,
  KEY `index_whups_sharesng_users_on_share_id` (`share_id`),
  KEY `index_whups_sharesng_users_on_user_uid` (`user_uid`),
  KEY `index_whups_sharesng_users_on_perm_2` (`perm_2`),
  KEY `index_whups_sharesng_users_on_perm_4` (`perm_4`),
  KEY `index_whups_sharesng_users_on_perm_8` (`perm_8`),
  KEY `index_whups_sharesng_users_on_perm_16` (`perm_16`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `whups_states` (
  `state_id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `type_id` int(11) NOT NULL,
  `state_name` varchar(64) NOT NULL,
  `state_description` varchar(255) DEFAULT NULL,
  `state_category` varchar(16) DEFAULT NULL,
  `state_default` smallint(6) NOT NULL DEFAULT 0,
  PRIMARY KEY (`state_id`),
  KEY `index_whups_states_on_type_id` (`type_id`),
  KEY `index_whups_states_on_state_category` (`state_category`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `whups_ticket_listeners` (
  `ticket_id` int(11) NOT NULL,
  `user_uid` varchar(255) NOT NULL,
  KEY `index_whups_ticket_listeners_on_ticket_id` (`ticket_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `whups_ticket_owners` (
  `ticket_id` int(11) NOT NULL,
  `ticket_owner` varchar(255) NOT NULL,
  PRIMARY KEY (`ticket_id`,`ticket_owner`),
  KEY `index_whups_ticket_owners_on_ticket_id` (`ticket_id`),
  KEY `index_whups_ticket_owners_on_ticket_owner` (`ticket_owner`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `whups_tickets` (
  `ticket_id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `ticket_summary` varchar(255) DEFAULT NULL,
  `user_id_requester` varchar(255) NOT NULL,
  `queue_id` int(11) NOT NULL,
  `version_id` int(11) DEFAULT NULL,
  `type_id` int(11) NOT NULL,
  `state_id` int(11) NOT NULL,
  `priority_id` int(11) NOT NULL,
  `ticket_timestamp` int(11) NOT NULL,
  `ticket_due` int(11) DEFAULT NULL,
  `date_updated` int(11) DEFAULT NULL,
  `date_assigned` int(11) DEFAULT NULL,
  `date_resolved` int(11) DEFAULT NULL,
  PRIMARY KEY (`ticket_id`),
  KEY `index_whups_tickets_on_queue_id` (`queue_id`),
  KEY `index_whups_tickets_on_state_id` (`state_id`),
  KEY `index_whups_tickets_on_user_id_requester` (`user_id_requester`),
  KEY `index_whups_tickets_on_version_id` (`version_id`),
  KEY `index_whups_tickets_on_priority_id` (`priority_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `whups_transactions` (
  `transaction_id` int(11) NOT NULL AUTO_INCREMENT,
  `transaction_timestamp` int(11) NOT NULL,
  `transaction_user_id` varchar(255) NOT NULL,
  PRIMARY KEY (`transaction_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `whups_types` (
  `type_id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `type_name` varchar(64) NOT NULL,
  `type_description` varchar(255) DEFAULT NULL,
  PRIMARY KEY (`type_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `whups_types_queues` (
  `type_id` int(11) NOT NULL,
  `queue_id` int(11) NOT NULL,
  `type_default` smallint(6) NOT NULL DEFAULT 0,
  KEY `index_whups_types_queues_on_queue_id_and_type_id` (`queue_id`,`type_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `whups_versions` (
  `version_id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `queue_id` int(11) NOT NULL,
  `version_name` varchar(64) DEFAULT NULL,
  `version_description` varchar(255) DEFAULT NULL,
  `version_active` int(11) DEFAULT 1,
  PRIMARY KEY (`version_id`),
  KEY `index_whups_versions_on_version_active` (`version_active`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
