//! The tables as diesel sees them; `migrations/` is where they are made.

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    teams (id) {
        id -> sql::Guid,
        name -> Text,
        version -> BigInt,
        created_at -> sql::Instant,
        updated_at -> sql::Instant,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    users (id) {
        id -> sql::Guid,
        email -> Text,
        name -> Text,
        role -> Text,
        team_id -> Nullable<sql::Guid>,
        password_hash -> Nullable<Text>,
        locale -> Nullable<Text>,
        active -> Bool,
        version -> BigInt,
        created_at -> sql::Instant,
        updated_at -> sql::Instant,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    role_visibility (role) {
        role -> Text,
        visibility -> Text,
        version -> BigInt,
        updated_at -> sql::Instant,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    sessions (id) {
        id -> sql::Guid,
        user_id -> sql::Guid,
        address -> Text,
        user_agent -> Text,
        created_at -> sql::Instant,
        last_used_at -> sql::Instant,
        expires_at -> sql::Instant,
        revoked_at -> Nullable<sql::Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    refresh_tokens (hash) {
        hash -> Binary,
        session_id -> sql::Guid,
        issued_at -> sql::Instant,
        used_at -> Nullable<sql::Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    api_keys (id) {
        id -> sql::Guid,
        name -> Text,
        prefix -> Text,
        hash -> Binary,
        scopes -> sql::Json,
        created_by -> sql::Guid,
        created_at -> sql::Instant,
        expires_at -> Nullable<sql::Instant>,
        revoked_at -> Nullable<sql::Instant>,
        last_used_at -> Nullable<sql::Instant>,
        origins -> Nullable<sql::Json>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    audit_log (id) {
        id -> sql::Guid,
        at -> sql::Instant,
        user_id -> Nullable<sql::Guid>,
        api_key_id -> Nullable<sql::Guid>,
        request_id -> Nullable<Text>,
        action -> Text,
        entity -> Text,
        entity_id -> sql::Guid,
        contact_id -> Nullable<sql::Guid>,
        before -> Nullable<sql::Json>,
        after -> Nullable<sql::Json>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    idempotency_keys (actor_id, key) {
        actor_id -> sql::Guid,
        key -> Text,
        fingerprint -> Binary,
        status -> Integer,
        etag -> Nullable<Text>,
        location -> Nullable<Text>,
        body -> Binary,
        created_at -> sql::Instant,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    settings (key) {
        key -> Text,
        value -> sql::Json,
        updated_at -> sql::Instant,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    companies (id) {
        seq -> BigInt,
        id -> sql::Guid,
        name -> Text,
        name_key -> Text,
        domain -> Nullable<Text>,
        website -> Nullable<Text>,
        industry -> Nullable<Text>,
        email -> Nullable<Text>,
        phone -> Nullable<Text>,
        address -> Nullable<sql::Json>,
        owner_id -> Nullable<sql::Guid>,
        source -> Nullable<Text>,
        tags -> sql::Json,
        custom -> sql::Json,
        search_text -> Text,
        version -> BigInt,
        created_at -> sql::Instant,
        updated_at -> sql::Instant,
        deleted_at -> Nullable<sql::Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    contacts (id) {
        seq -> BigInt,
        id -> sql::Guid,
        given_name -> Nullable<Text>,
        family_name -> Nullable<Text>,
        display_name -> Text,
        name_key -> Text,
        job_title -> Nullable<Text>,
        company_id -> Nullable<sql::Guid>,
        emails -> sql::Json,
        phones -> sql::Json,
        external_ids -> sql::Json,
        address -> Nullable<sql::Json>,
        language -> Nullable<Text>,
        time_zone -> Nullable<Text>,
        owner_id -> Nullable<sql::Guid>,
        source -> Nullable<Text>,
        tags -> sql::Json,
        consents -> sql::Json,
        custom -> sql::Json,
        search_text -> Text,
        version -> BigInt,
        created_at -> sql::Instant,
        updated_at -> sql::Instant,
        deleted_at -> Nullable<sql::Instant>,
        erased_at -> Nullable<sql::Instant>,
        merged_into -> Nullable<sql::Guid>,
        members -> Integer,
        anonymous -> Bool,
        own -> Nullable<sql::Json>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    identities (contact_id, kind, source, value) {
        contact_id -> sql::Guid,
        kind -> Text,
        source -> Text,
        value -> Text,
        created_at -> sql::Instant,
        retired_at -> Nullable<sql::Instant>,
        cause -> Text,
        confidence -> Integer,
        first_seen -> sql::Instant,
        last_seen -> sql::Instant,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    contact_tags (contact_id, tag) {
        contact_id -> sql::Guid,
        tag -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    field_definitions (id) {
        id -> sql::Guid,
        entity -> Text,
        key -> Text,
        label -> Text,
        kind -> Text,
        required -> Bool,
        options -> sql::Json,
        position -> Integer,
        version -> BigInt,
        created_at -> sql::Instant,
        updated_at -> sql::Instant,
        deleted_at -> Nullable<sql::Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    pipelines (id) {
        id -> sql::Guid,
        name -> Text,
        position -> Integer,
        version -> BigInt,
        created_at -> sql::Instant,
        updated_at -> sql::Instant,
        archived_at -> Nullable<sql::Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    stages (id) {
        id -> sql::Guid,
        pipeline_id -> sql::Guid,
        name -> Text,
        position -> Integer,
        ordinal -> Integer,
        kind -> Text,
        probability -> Integer,
        stale_after_days -> Nullable<Integer>,
        version -> BigInt,
        created_at -> sql::Instant,
        updated_at -> sql::Instant,
        archived_at -> Nullable<sql::Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    lost_reasons (id) {
        id -> sql::Guid,
        name -> Text,
        position -> Integer,
        version -> BigInt,
        created_at -> sql::Instant,
        updated_at -> sql::Instant,
        archived_at -> Nullable<sql::Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    leads (contact_id, id) {
        seq -> BigInt,
        contact_id -> sql::Guid,
        id -> sql::Guid,
        pipeline_id -> sql::Guid,
        stage_id -> sql::Guid,
        stage_kind -> Text,
        stage_entered_at -> sql::Instant,
        entered_at -> sql::Instant,
        closed_at -> Nullable<sql::Instant>,
        title -> Text,
        company_id -> Nullable<sql::Guid>,
        owner_id -> Nullable<sql::Guid>,
        amount -> Nullable<BigInt>,
        currency -> Nullable<Text>,
        source -> Nullable<Text>,
        source_id -> Nullable<Text>,
        expected_close_on -> Nullable<Date>,
        lost_reason_id -> Nullable<sql::Guid>,
        first_touch_group -> Nullable<Text>,
        last_touch_group -> Nullable<Text>,
        touch_campaign -> Nullable<Text>,
        custom -> sql::Json,
        search_text -> Text,
        version -> BigInt,
        created_at -> sql::Instant,
        updated_at -> sql::Instant,
        deleted_at -> Nullable<sql::Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, SmallInt, Text};
    use crate::db::types::sql;

    stage_intervals (contact_id, lead_id, entered_at, id) {
        contact_id -> sql::Guid,
        lead_id -> sql::Guid,
        entered_at -> sql::Instant,
        id -> sql::Guid,
        pipeline_id -> sql::Guid,
        stage_id -> sql::Guid,
        exited_at -> Nullable<sql::Instant>,
        reason -> Nullable<Text>,
        lost_reason_id -> Nullable<sql::Guid>,
        moved_by -> Nullable<sql::Guid>,
        moved_by_key -> Nullable<sql::Guid>,
        recorded_at -> sql::Instant,
        visit -> SmallInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    lead_paths (pipeline_id, entered_at, lead_id) {
        pipeline_id -> sql::Guid,
        entered_at -> sql::Instant,
        lead_id -> sql::Guid,
        owner_id -> Nullable<sql::Guid>,
        source -> Nullable<Text>,
        first_touch_group -> Nullable<Text>,
        last_touch_group -> Nullable<Text>,
        touch_campaign -> Nullable<Text>,
        path -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    timeline_entries (contact_id, occurred_at, id) {
        contact_id -> sql::Guid,
        occurred_at -> sql::Instant,
        id -> sql::Guid,
        entry_type -> Text,
        lead_id -> Nullable<sql::Guid>,
        channel -> Nullable<Text>,
        online -> Nullable<Bool>,
        direction -> Nullable<Text>,
        kind -> Nullable<Text>,
        subject -> Nullable<Text>,
        body -> Nullable<Text>,
        duration_seconds -> Nullable<Integer>,
        amount -> Nullable<BigInt>,
        currency -> Nullable<Text>,
        campaign -> Nullable<Text>,
        utm_source -> Nullable<Text>,
        utm_medium -> Nullable<Text>,
        utm_campaign -> Nullable<Text>,
        utm_term -> Nullable<Text>,
        utm_content -> Nullable<Text>,
        channel_group -> Nullable<Text>,
        source -> Nullable<Text>,
        source_id -> Nullable<Text>,
        user_id -> Nullable<sql::Guid>,
        api_key_id -> Nullable<sql::Guid>,
        properties -> Nullable<sql::Json>,
        version -> BigInt,
        recorded_at -> sql::Instant,
        updated_at -> sql::Instant,
        deleted_at -> Nullable<sql::Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    channel_totals (contact_id, channel, online) {
        contact_id -> sql::Guid,
        channel -> Text,
        online -> Bool,
        interactions -> BigInt,
        first_at -> sql::Instant,
        last_at -> sql::Instant,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    conversations (contact_id) {
        contact_id -> sql::Guid,
        owner_id -> Nullable<sql::Guid>,
        shown -> Bool,
        asked_at -> Nullable<sql::Instant>,
        asked_id -> Nullable<sql::Guid>,
        answered_at -> Nullable<sql::Instant>,
        dismissed_at -> Nullable<sql::Instant>,
        waiting_since -> Nullable<sql::Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    tasks (contact_id, id) {
        contact_id -> sql::Guid,
        id -> sql::Guid,
        lead_id -> Nullable<sql::Guid>,
        title -> Text,
        body -> Nullable<Text>,
        due_at -> Nullable<sql::Instant>,
        assignee_id -> Nullable<sql::Guid>,
        done_at -> Nullable<sql::Instant>,
        created_by -> Nullable<sql::Guid>,
        created_by_key -> Nullable<sql::Guid>,
        version -> BigInt,
        created_at -> sql::Instant,
        updated_at -> sql::Instant,
        deleted_at -> Nullable<sql::Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    imports (id) {
        id -> sql::Guid,
        filename -> Text,
        fingerprint -> Binary,
        mapping -> sql::Json,
        headers -> Nullable<sql::Json>,
        status -> Text,
        rows_read -> BigInt,
        created -> BigInt,
        updated -> BigInt,
        unchanged -> BigInt,
        failed -> BigInt,
        warnings -> BigInt,
        problem -> Nullable<Text>,
        created_by -> Nullable<sql::Guid>,
        created_by_key -> Nullable<sql::Guid>,
        created_at -> sql::Instant,
        updated_at -> sql::Instant,
        finished_at -> Nullable<sql::Instant>,
        proposal -> Nullable<sql::Json>,
        dry_run -> Nullable<sql::Json>,
        tracked -> Bool,
        taken_back -> Nullable<sql::Json>,
        undone_by -> Nullable<sql::Guid>,
        undone_by_key -> Nullable<sql::Guid>,
        bytes -> Nullable<BigInt>,
        bytes_read -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    import_changes (import_id, entity, entity_id) {
        import_id -> sql::Guid,
        entity -> Text,
        entity_id -> sql::Guid,
        contact_id -> Nullable<sql::Guid>,
        action -> Text,
        state -> Nullable<BigInt>,
        fields -> Nullable<sql::Json>,
        outcome -> Nullable<Text>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    company_external_ids (source, external_id) {
        source -> Text,
        external_id -> Text,
        company_id -> sql::Guid,
        created_at -> sql::Instant,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    import_errors (import_id, row_number, id) {
        import_id -> sql::Guid,
        row_number -> BigInt,
        id -> sql::Guid,
        column_name -> Nullable<Text>,
        severity -> Text,
        code -> Text,
        message -> Text,
        record -> Nullable<sql::Json>,
        params -> Nullable<sql::Json>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    identity_events (contact_id, id) {
        contact_id -> sql::Guid,
        id -> sql::Guid,
        at -> sql::Instant,
        decision -> Text,
        kind -> Nullable<Text>,
        source -> Nullable<Text>,
        value -> Nullable<Text>,
        cause -> Text,
        via -> Nullable<Text>,
        other_id -> Nullable<sql::Guid>,
        message_id -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    merges (id) {
        id -> sql::Guid,
        survivor_id -> sql::Guid,
        loser_id -> sql::Guid,
        moved -> sql::Json,
        choices -> sql::Json,
        loser_newer -> Bool,
        loser_older -> Bool,
        changes -> sql::Json,
        kept -> sql::Json,
        cause -> Text,
        reason -> Nullable<Text>,
        user_id -> Nullable<sql::Guid>,
        api_key_id -> Nullable<sql::Guid>,
        at -> sql::Instant,
        undone_at -> Nullable<sql::Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    duplicate_keys (contact_id, key) {
        contact_id -> sql::Guid,
        key -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    duplicates (id) {
        id -> sql::Guid,
        first_id -> sql::Guid,
        second_id -> sql::Guid,
        score -> Integer,
        reasons -> sql::Json,
        created_at -> sql::Instant,
        updated_at -> sql::Instant,
        closed_at -> Nullable<sql::Instant>,
        closed_as -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    feed (seq) {
        seq -> BigInt,
        txid -> BigInt,
        kind -> Text,
        record_id -> sql::Guid,
        contact_id -> Nullable<sql::Guid>,
        lead_id -> Nullable<sql::Guid>,
        recorded_at -> sql::Instant,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    ingest_refused (id) {
        id -> sql::Guid,
        api_key_id -> sql::Guid,
        source -> Text,
        fingerprint -> Binary,
        message_id -> Nullable<Text>,
        code -> Text,
        reason -> Text,
        envelope -> sql::Json,
        event -> Text,
        attempts -> Integer,
        received_at -> sql::Instant,
        tried_at -> sql::Instant,
        replayed_at -> Nullable<sql::Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    contact_traits (contact_id) {
        contact_id -> sql::Guid,
        traits -> sql::Json,
        version -> BigInt,
        updated_at -> sql::Instant,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    company_groups (group_id) {
        group_id -> Text,
        company_id -> sql::Guid,
        created_at -> sql::Instant,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    email_messages (message_id) {
        message_id -> Text,
        thread_id -> Text,
        received_at -> sql::Instant,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    webhooks (id) {
        id -> sql::Guid,
        url -> Text,
        description -> Nullable<Text>,
        types -> sql::Json,
        filter -> sql::Json,
        ordered -> Bool,
        secret -> Text,
        previous_secret -> Nullable<Text>,
        previous_until -> Nullable<sql::Instant>,
        place_txid -> BigInt,
        place_seq -> BigInt,
        not_before -> Nullable<sql::Instant>,
        failing_since -> Nullable<sql::Instant>,
        paused_at -> Nullable<sql::Instant>,
        pause_reason -> Nullable<Text>,
        created_by -> Nullable<sql::Guid>,
        created_by_key -> Nullable<sql::Guid>,
        version -> BigInt,
        created_at -> sql::Instant,
        updated_at -> sql::Instant,
        deleted_at -> Nullable<sql::Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    webhook_deliveries (id) {
        id -> sql::Guid,
        webhook_id -> sql::Guid,
        kind -> Text,
        record_id -> sql::Guid,
        contact_id -> Nullable<sql::Guid>,
        lead_id -> Nullable<sql::Guid>,
        place_txid -> BigInt,
        place_seq -> BigInt,
        changed_at -> sql::Instant,
        status -> Text,
        attempts -> Integer,
        due_at -> Nullable<sql::Instant>,
        last_status -> Nullable<Integer>,
        last_error -> Nullable<Text>,
        created_at -> sql::Instant,
        finished_at -> Nullable<sql::Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    webhook_attempts (delivery_id, id) {
        delivery_id -> sql::Guid,
        id -> sql::Guid,
        at -> sql::Instant,
        duration_ms -> Integer,
        status -> Nullable<Integer>,
        error -> Nullable<Text>,
        response -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    segments (id) {
        id -> sql::Guid,
        name -> Text,
        description -> Nullable<Text>,
        kind -> Text,
        rule -> Nullable<sql::Json>,
        version -> BigInt,
        created_by -> Nullable<sql::Guid>,
        created_by_key -> Nullable<sql::Guid>,
        created_at -> sql::Instant,
        updated_at -> sql::Instant,
        deleted_at -> Nullable<sql::Instant>,
        broken -> Nullable<sql::Json>,
        members -> BigInt,
        swept_at -> Nullable<sql::Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    segment_members (contact_id, segment_id, entered_at) {
        contact_id -> sql::Guid,
        segment_id -> sql::Guid,
        entered_at -> sql::Instant,
        left_at -> Nullable<sql::Instant>,
        entered_by_rule -> Bool,
        left_by_rule -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    rfm_scores (contact_id) {
        contact_id -> sql::Guid,
        recency -> Integer,
        frequency -> Integer,
        monetary -> Integer,
        grp -> Text,
        last_at -> sql::Instant,
        purchases -> BigInt,
        amount -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    teams,
    users,
    role_visibility,
    sessions,
    refresh_tokens,
    api_keys,
    audit_log,
    idempotency_keys,
    settings,
    companies,
    contacts,
    identities,
    contact_tags,
    field_definitions,
    pipelines,
    stages,
    lost_reasons,
    leads,
    stage_intervals,
    lead_paths,
    timeline_entries,
    channel_totals,
    conversations,
    tasks,
    imports,
    import_errors,
    import_changes,
    company_external_ids,
    identity_events,
    merges,
    duplicate_keys,
    duplicates,
    feed,
    ingest_refused,
    contact_traits,
    company_groups,
    email_messages,
    webhooks,
    webhook_deliveries,
    webhook_attempts,
    saved_reports,
    saved_report_roles,
    report_snapshots,
    segments,
    segment_members,
    rfm_scores,
    views,
    view_roles,
);

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    views (id) {
        id -> sql::Guid,
        list -> Text,
        name -> Text,
        filter -> sql::Json,
        shown_columns -> sql::Json,
        sort -> Nullable<Text>,
        owner_id -> sql::Guid,
        version -> BigInt,
        created_at -> sql::Instant,
        updated_at -> sql::Instant,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    view_roles (view_id, role) {
        view_id -> sql::Guid,
        role -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    saved_reports (id) {
        id -> sql::Guid,
        name -> Text,
        kind -> Text,
        parameters -> sql::Json,
        owner_id -> Nullable<sql::Guid>,
        schedule -> Nullable<Text>,
        tz -> Text,
        next_snapshot_at -> Nullable<sql::Instant>,
        version -> BigInt,
        created_at -> sql::Instant,
        updated_at -> sql::Instant,
        deleted_at -> Nullable<sql::Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    saved_report_roles (report_id, role) {
        report_id -> sql::Guid,
        role -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};
    use crate::db::types::sql;

    report_snapshots (id) {
        id -> sql::Guid,
        report_id -> sql::Guid,
        period_from -> Nullable<sql::Instant>,
        period_to -> Nullable<sql::Instant>,
        taken_at -> sql::Instant,
        name -> Text,
        kind -> Text,
        parameters -> sql::Json,
        body -> Nullable<sql::Json>,
        problem -> Nullable<Text>,
        seen_owners -> Nullable<sql::Json>,
    }
}
