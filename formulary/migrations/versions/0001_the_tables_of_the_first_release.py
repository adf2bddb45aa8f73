"""the tables of the first release"""

from secrets import token_hex

import sqlalchemy as sa
from alembic import op

from formulary.db import append_only, renewing, types

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


APPEND_ONLY = (
    "movement",
    "audit_entry",
    "patch_test_reading",
    "cocktail_transition",
    "signature",
    "access_entry",
    "given_lot",
    "exposure",
    "reaction_report",
    "reaction_sign",
    "reaction_follow_up",
    "price",
    "temperature_reading",
    "purchase_order_change",
    "count_entry",
    "supplier_return",
    "lot_alias",
    "lot_document",
    "undone_act",
    "kept_less",
    "imported_use",
    "recall_scope",
    "recall_event",
    "recall_listed",
    "recall_hold",
    "recall_stopped",
    "recall_contact",
    "recall_explanation",
    "recall_document",
    "drill_result",
    "notice_version",
    "course_entry",
    "care_decision",
    "care_sheet",
    "after_record",
    "after_signature",
    "amendment",
    "patient_medicine",
)
TOLD_TO_THE_RULES = (
    "ingredient",
    "synonym",
    "ingredient_group",
    "basis_factor",
    "policy",
    "product",
    "product_excipient",
    "catalogue_limit",
    "compatibility_rule",
    "condition_kind",
    "device",
    "contraindication",
    "cross_reactivity",
    "session_schedule",
    "medicine_kind",
    "washout_decision",
    "washout_statement",
)


def upgrade() -> None:
    op.create_table(
        "access_entry",
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("person_name", sa.String(length=120), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("what", sa.String(length=80), nullable=False),
        sa.Column("object_kind", sa.String(length=60), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=True),
        sa.Column("patients", sa.Integer(), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_entry")),
    )
    with op.batch_alter_table("access_entry", schema=None) as batch_op:
        batch_op.create_index("ix_access_entry_what", ["what", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_access_entry_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_access_entry_person_id"), ["person_id"], unique=False)

    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("person_name", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=120), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("object_kind", sa.String(length=60), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=True),
        sa.Column("old", types.CanonicalJson(), nullable=False),
        sa.Column("new", types.CanonicalJson(), nullable=False),
        sa.Column("movements", types.CanonicalJson(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("outcome IN ('done', 'refused')", name=op.f("ck_audit_entry_outcome_is_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index("ix_audit_entry_object", ["object_kind", "object_id", "id"], unique=False)
        batch_op.create_index("ix_audit_entry_person", ["person_id", "id"], unique=False)

    op.create_table(
        "audit_head",
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "condition_kind",
        sa.Column("word", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "action IN ('block', 'prescriber', 'inform')", name=op.f("ck_condition_kind_action_is_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_condition_kind")),
        sa.UniqueConstraint("word", name=op.f("uq_condition_kind_word")),
    )
    op.create_table(
        "contraindication",
        sa.Column("word", sa.String(length=60), nullable=False),
        sa.Column("selector", sa.String(length=160), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("confidence", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "level IN ('info', 'warn', 'stop', 'block')", name=op.f("ck_contraindication_level_is_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contraindication")),
        sa.UniqueConstraint("word", "selector", name=op.f("uq_contraindication_word")),
    )
    op.create_table(
        "counter",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counter")),
        sa.UniqueConstraint("kind", name=op.f("uq_counter_kind")),
    )
    op.create_table(
        "cross_reactivity",
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("confidence", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "level IN ('info', 'warn', 'stop', 'block')", name=op.f("ck_cross_reactivity_level_is_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cross_reactivity")),
        sa.UniqueConstraint("word", name=op.f("uq_cross_reactivity_word")),
    )
    op.create_table(
        "formula",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("indication", sa.String(length=120), nullable=False),
        sa.Column("is_published", sa.Boolean(), nullable=False),
        sa.Column("evidence", sa.String(length=160), nullable=False),
        sa.Column("grade", sa.String(length=10), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_formula")),
        sa.UniqueConstraint("folded", name=op.f("uq_formula_folded")),
        sa.UniqueConstraint("name", name=op.f("uq_formula_name")),
    )
    op.create_table(
        "ingredient",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("tall_man", sa.String(length=120), nullable=False),
        sa.Column("unii", sa.String(length=10), nullable=True),
        sa.Column("cas", sa.String(length=20), nullable=True),
        sa.Column("atc", sa.String(length=10), nullable=True),
        sa.Column("klass", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("dimension", sa.String(length=20), nullable=False),
        sa.Column("do_not_mix", sa.Boolean(), nullable=False),
        sa.Column("do_not_mix_source", sa.Text(), nullable=False),
        sa.Column("high_alert", sa.Boolean(), nullable=False),
        sa.Column("patch_test_required", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("confidence", sa.String(length=20), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "role IN ('active', 'diluent', 'excipient')", name=op.f("ck_ingredient_role_is_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ingredient")),
        sa.UniqueConstraint("name", name=op.f("uq_ingredient_name")),
    )
    op.create_table(
        "organisation",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
    )
    op.create_table(
        "request_key",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("row_table", sa.String(length=60), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("told", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_key")),
        sa.UniqueConstraint("key", name=op.f("uq_request_key_key")),
    )
    op.create_table(
        "stored_file",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("stored_at", types.UtcDateTime(), nullable=False),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=True),
        sa.Column("rows_new", sa.Integer(), nullable=True),
        sa.Column("rows_known", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
    )
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.create_index("ix_stored_file_person", ["person_id", "kind", "id"], unique=False)
        batch_op.create_index("ix_stored_file_site", ["site_id", "kind", "id"], unique=False)

    op.create_table(
        "sign_in_attempt",
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_attempt_account", ["account", "at"], unique=False)
        batch_op.create_index("ix_sign_in_attempt_address", ["address", "at"], unique=False)

    op.create_table(
        "substance_group",
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.Column("meaning", sa.String(length=120), nullable=False),
        sa.Column("is_allergy", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substance_group")),
        sa.UniqueConstraint("word", name=op.f("uq_substance_group_word")),
    )
    op.create_table(
        "ingredient_group",
        sa.Column("ingredient_id", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ingredient_id"], ["ingredient.id"], name=op.f("fk_ingredient_group_ingredient_id_ingredient")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ingredient_group")),
        sa.UniqueConstraint("ingredient_id", "word", name=op.f("uq_ingredient_group_ingredient_id")),
    )
    with op.batch_alter_table("ingredient_group", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ingredient_group_word"), ["word"], unique=False)

    op.create_table(
        "person",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_person_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_table(
        "product",
        sa.Column("ingredient_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("maker", sa.String(length=120), nullable=False),
        sa.Column("form", sa.String(length=20), nullable=False),
        sa.Column("dimension", sa.String(length=20), nullable=False),
        sa.Column("strength_amount", types.Steps(), nullable=True),
        sa.Column("strength_volume", types.Steps(), nullable=True),
        sa.Column("amount_unit", sa.String(length=10), nullable=False),
        sa.Column("strength_text", sa.String(length=120), nullable=False),
        sa.Column("basis", sa.String(length=80), nullable=False),
        sa.Column("basis_kind", sa.String(length=10), nullable=False),
        sa.Column("basis_source", sa.Text(), nullable=False),
        sa.Column("ledger", sa.String(length=20), nullable=False),
        sa.Column("content", types.Steps(), nullable=True),
        sa.Column("reconstitution_volume", types.Steps(), nullable=True),
        sa.Column("diluent", sa.String(length=120), nullable=False),
        sa.Column("container", sa.String(length=20), nullable=False),
        sa.Column("after_puncture_h", sa.Integer(), nullable=True),
        sa.Column("after_reconstitution_h", sa.Integer(), nullable=True),
        sa.Column("mixture_stability_h", sa.Integer(), nullable=True),
        sa.Column("ph_low", sa.String(length=10), nullable=True),
        sa.Column("ph_high", sa.String(length=10), nullable=True),
        sa.Column("osmolality_low", sa.String(length=10), nullable=True),
        sa.Column("osmolality_high", sa.String(length=10), nullable=True),
        sa.Column("osmolality_source", sa.Text(), nullable=False),
        sa.Column("storage", sa.String(length=120), nullable=False),
        sa.Column("light_sensitive", sa.Boolean(), nullable=True),
        sa.Column("route", sa.String(length=120), nullable=False),
        sa.Column("label_routes", sa.String(length=60), nullable=False),
        sa.Column("unconfirmed", sa.String(length=120), nullable=False),
        sa.Column("excipients_known", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("confidence", sa.String(length=20), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "basis_kind IN ('', 'salt', 'base', 'element')", name=op.f("ck_product_basis_kind_is_known")
        ),
        sa.CheckConstraint(
            "container IN ('single_dose', 'multi_dose', 'ampoule', 'bulk', 'device', 'unknown')",
            name=op.f("ck_product_container_is_known"),
        ),
        sa.CheckConstraint(
            "form IN ('solution', 'lyophilised', 'unknown')", name=op.f("ck_product_form_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["ingredient_id"], ["ingredient.id"], name=op.f("fk_product_ingredient_id_ingredient")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("name", name=op.f("uq_product_name")),
    )
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_product_ingredient_id"), ["ingredient_id"], unique=False)

    op.create_table(
        "site",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("decimal_mark", sa.String(length=1), nullable=False),
        sa.Column("verify", sa.Boolean(), nullable=False),
        sa.Column("release", sa.Boolean(), nullable=False),
        sa.Column("solo", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("decimal_mark IN ('.', ',')", name=op.f("ck_site_decimal_mark_is_known")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_site_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("name", name=op.f("uq_site_name")),
    )
    op.create_table(
        "session_schedule",
        sa.Column("ingredient_id", sa.Integer(), nullable=False),
        sa.Column("interval", sa.Integer(), nullable=True),
        sa.Column("unit", sa.String(length=10), nullable=False),
        sa.Column("most_sessions", sa.Integer(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("confidence", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("unit IN ('days', 'months')", name=op.f("ck_session_schedule_unit_is_known")),
        sa.ForeignKeyConstraint(
            ["ingredient_id"], ["ingredient.id"], name=op.f("fk_session_schedule_ingredient_id_ingredient")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_schedule")),
        sa.UniqueConstraint("ingredient_id", name=op.f("uq_session_schedule_ingredient_id")),
    )
    op.create_table(
        "credential",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("authority", sa.String(length=120), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("ended_why", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('prescribe', 'prepare', 'inject')", name=op.f("ck_credential_kind_is_known")
        ),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_credential_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_credential_person_id_person")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_credential_recorded_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
    )
    with op.batch_alter_table("credential", schema=None) as batch_op:
        batch_op.create_index("ix_credential_person", ["person_id", "kind"], unique=False)

    op.create_table(
        "synonym",
        sa.Column("ingredient_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("folded", sa.String(length=120), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ingredient_id"], ["ingredient.id"], name=op.f("fk_synonym_ingredient_id_ingredient")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_synonym")),
        sa.UniqueConstraint("ingredient_id", "folded", name=op.f("uq_synonym_ingredient_id")),
    )
    with op.batch_alter_table("synonym", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_synonym_folded"), ["folded"], unique=False)

    op.create_table(
        "catalogue_limit",
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("ingredient_id", sa.Integer(), nullable=True),
        sa.Column("measure", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("amount", types.Steps(), nullable=True),
        sa.Column("volume", types.Steps(), nullable=True),
        sa.Column("per_kg", types.Steps(), nullable=True),
        sa.Column("minimum", types.Steps(), nullable=True),
        sa.Column("basis", sa.String(length=80), nullable=False),
        sa.Column("unit_text", sa.String(length=60), nullable=False),
        sa.Column("route", sa.String(length=120), nullable=False),
        sa.Column("area", sa.String(length=60), nullable=False),
        sa.Column("per", sa.String(length=20), nullable=False),
        sa.Column("within_h", sa.Integer(), nullable=True),
        sa.Column("window", sa.String(length=40), nullable=False),
        sa.Column("corrects", sa.Boolean(), nullable=False),
        sa.Column("hard", sa.Boolean(), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("confidence", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("edition", sa.String(length=120), nullable=False),
        sa.Column("jurisdiction", sa.String(length=60), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=True),
        sa.Column("in_place_of_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("proposed_at", types.UtcDateTime(), nullable=True),
        sa.Column("approver_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", types.UtcDateTime(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(product_id IS NULL) <> (ingredient_id IS NULL)", name=op.f("ck_catalogue_limit_is_of_one_thing")
        ),
        sa.CheckConstraint(
            "kind IN ('label_limit', 'clinic_limit', 'highest_published', 'product_strength', "
            "'other_route', 'unknown')",
            name=op.f("ck_catalogue_limit_kind_is_known"),
        ),
        sa.CheckConstraint(
            "level IN ('', 'info', 'warn', 'stop', 'block')", name=op.f("ck_catalogue_limit_level_is_known")
        ),
        sa.CheckConstraint(
            "measure IN ('dose', 'concentration', 'volume', 'points')",
            name=op.f("ck_catalogue_limit_measure_is_known"),
        ),
        sa.CheckConstraint(
            "per IN ('session', 'window', 'course', 'point', 'cm2', 'area')",
            name=op.f("ck_catalogue_limit_per_is_known"),
        ),
        sa.CheckConstraint(
            "status IN ('proposed', 'approved', 'withdrawn')",
            name=op.f("ck_catalogue_limit_status_is_known"),
        ),
        sa.CheckConstraint(
            "per <> 'window' OR within_h > 0", name=op.f("ck_catalogue_limit_window_has_a_length")
        ),
        sa.ForeignKeyConstraint(
            ["approver_id"], ["person.id"], name=op.f("fk_catalogue_limit_approver_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_catalogue_limit_author_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["in_place_of_id"],
            ["catalogue_limit.id"],
            name=op.f("fk_catalogue_limit_in_place_of_id_catalogue_limit"),
        ),
        sa.ForeignKeyConstraint(
            ["ingredient_id"], ["ingredient.id"], name=op.f("fk_catalogue_limit_ingredient_id_ingredient")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_catalogue_limit_product_id_product")
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["catalogue_limit.id"], name=op.f("fk_catalogue_limit_series_id_catalogue_limit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_limit")),
    )
    with op.batch_alter_table("catalogue_limit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_catalogue_limit_ingredient_id"), ["ingredient_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_catalogue_limit_product_id"), ["product_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_catalogue_limit_series_id"), ["series_id"], unique=False)

    op.create_table(
        "catalogue_statement",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("ingredient_id", sa.Integer(), nullable=True),
        sa.Column("basis", sa.String(length=80), nullable=False),
        sa.Column("basis_kind", sa.String(length=10), nullable=False),
        sa.Column("to_basis", sa.String(length=80), nullable=False),
        sa.Column("low", sa.String(length=10), nullable=False),
        sa.Column("high", sa.String(length=10), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", types.UtcDateTime(), nullable=False),
        sa.Column("approver_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", types.UtcDateTime(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(product_id IS NULL) <> (ingredient_id IS NULL)",
            name=op.f("ck_catalogue_statement_is_of_one_thing"),
        ),
        sa.CheckConstraint(
            "basis_kind IN ('', 'salt', 'base', 'element')",
            name=op.f("ck_catalogue_statement_basis_kind_is_known"),
        ),
        sa.CheckConstraint(
            "kind IN ('basis', 'factor', 'osmolality')", name=op.f("ck_catalogue_statement_kind_is_known")
        ),
        sa.CheckConstraint(
            "status IN ('proposed', 'approved', 'superseded', 'withdrawn')",
            name=op.f("ck_catalogue_statement_status_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["approver_id"], ["person.id"], name=op.f("fk_catalogue_statement_approver_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_catalogue_statement_author_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["ingredient_id"], ["ingredient.id"], name=op.f("fk_catalogue_statement_ingredient_id_ingredient")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_catalogue_statement_product_id_product")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_statement")),
    )
    with op.batch_alter_table("catalogue_statement", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_catalogue_statement_ingredient_id"), ["ingredient_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_catalogue_statement_product_id"), ["product_id"], unique=False)

    op.create_table(
        "basis_factor",
        sa.Column("ingredient_id", sa.Integer(), nullable=False),
        sa.Column("of_basis", sa.String(length=80), nullable=False),
        sa.Column("of_amount", sa.String(length=20), nullable=False),
        sa.Column("to_basis", sa.String(length=80), nullable=False),
        sa.Column("to_amount", sa.String(length=20), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("confidence", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ingredient_id"], ["ingredient.id"], name=op.f("fk_basis_factor_ingredient_id_ingredient")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_basis_factor")),
        sa.UniqueConstraint(
            "ingredient_id", "of_basis", "to_basis", name=op.f("uq_basis_factor_ingredient_id")
        ),
    )
    with op.batch_alter_table("basis_factor", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_basis_factor_ingredient_id"), ["ingredient_id"], unique=False)

    op.create_table(
        "device",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("capacity", types.Steps(), nullable=False),
        sa.Column("graduation", types.Steps(), nullable=False),
        sa.Column("dead_space", types.Steps(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("other_sources", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.Column("entered_at", types.UtcDateTime(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('in_use', 'superseded', 'retired')", name=op.f("ck_device_status_is_known")
        ),
        sa.CheckConstraint("0 < graduation AND graduation <= capacity", name=op.f("ck_device_has_marks")),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["person.id"], name=op.f("fk_device_entered_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("name", "version", name=op.f("uq_device_name")),
    )
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.create_index(
            "ix_device_in_use",
            ["name"],
            unique=True,
            sqlite_where=sa.text("status = 'in_use'"),
            postgresql_where=sa.text("status = 'in_use'"),
        )

    op.create_table(
        "supplier",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("folded", sa.String(length=120), nullable=False),
        sa.Column("lead_days", sa.Integer(), nullable=True),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("lead_days >= 0", name=op.f("ck_supplier_lead_days_are_a_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier")),
        sa.UniqueConstraint("folded", name=op.f("uq_supplier_folded")),
    )
    op.create_table(
        "stock_level",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=True),
        sa.Column("target", sa.Integer(), nullable=True),
        sa.Column("supplier_id", sa.Integer(), nullable=True),
        sa.Column("lead_days", sa.Integer(), nullable=True),
        sa.Column("per_pack", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("minimum >= 0", name=op.f("ck_stock_level_minimum_is_a_number")),
        sa.CheckConstraint("target > 0", name=op.f("ck_stock_level_target_is_positive")),
        sa.CheckConstraint("minimum <= target", name=op.f("ck_stock_level_target_is_not_below_the_minimum")),
        sa.CheckConstraint("lead_days >= 0", name=op.f("ck_stock_level_lead_days_are_a_number")),
        sa.CheckConstraint("per_pack > 0", name=op.f("ck_stock_level_pack_is_positive")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_stock_level_product_id_product")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_stock_level_site_id_site")),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_stock_level_supplier_id_supplier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_level")),
        sa.UniqueConstraint("site_id", "product_id", name=op.f("uq_stock_level_site_id")),
    )
    op.create_table(
        "purchase_order",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("sent_at", types.UtcDateTime(), nullable=True),
        sa.Column("sent_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(sent_at IS NULL) = (sent_by_id IS NULL)", name=op.f("ck_purchase_order_sent_by_somebody")
        ),
        sa.CheckConstraint(
            "state <> 'cancelled' OR reason <> ''", name=op.f("ck_purchase_order_cancelled_with_a_reason")
        ),
        sa.CheckConstraint(
            "state <> 'sent' OR sent_at IS NOT NULL", name=op.f("ck_purchase_order_sent_at_an_instant")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'sent', 'cancelled')", name=op.f("ck_purchase_order_state_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_purchase_order_created_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_id"], ["person.id"], name=op.f("fk_purchase_order_ended_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["sent_by_id"], ["person.id"], name=op.f("fk_purchase_order_sent_by_id_person")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_purchase_order_site_id_site")),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_purchase_order_supplier_id_supplier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_order")),
        sa.UniqueConstraint("site_id", "number", name=op.f("uq_purchase_order_site_id")),
    )
    with op.batch_alter_table("purchase_order", schema=None) as batch_op:
        batch_op.create_index("ix_purchase_order_supplier", ["supplier_id", "site_id"], unique=False)

    op.create_table(
        "purchase_order_line",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("packs", sa.Integer(), nullable=False),
        sa.Column("per_pack", sa.Integer(), nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("minor", types.Steps(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("cancelled", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(minor IS NULL) = (currency = '')", name=op.f("ck_purchase_order_line_price_has_a_currency")
        ),
        sa.CheckConstraint(
            "cancelled BETWEEN 0 AND packs * per_pack",
            name=op.f("ck_purchase_order_line_cancelled_of_what_was_ordered"),
        ),
        sa.CheckConstraint("minor >= 0", name=op.f("ck_purchase_order_line_minor_is_not_negative")),
        sa.CheckConstraint("packs > 0", name=op.f("ck_purchase_order_line_packs_are_positive")),
        sa.CheckConstraint("per_pack > 0", name=op.f("ck_purchase_order_line_pack_is_positive")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["purchase_order.id"], name=op.f("fk_purchase_order_line_order_id_purchase_order")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_purchase_order_line_product_id_product")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_order_line")),
        sa.UniqueConstraint("order_id", "number", name=op.f("uq_purchase_order_line_order_id")),
    )
    with op.batch_alter_table("purchase_order_line", schema=None) as batch_op:
        batch_op.create_index("ix_purchase_order_line_product", ["product_id"], unique=False)

    op.create_table(
        "purchase_order_change",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=True),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_purchase_order_change_change_has_a_reason")),
        sa.CheckConstraint(
            "what IN ('added', 'packs', 'expected_on', 'price', 'called_off', 'cancelled')",
            name=op.f("ck_purchase_order_change_what_is_known"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_purchase_order_change_by_id_person")),
        sa.ForeignKeyConstraint(
            ["line_id"],
            ["purchase_order_line.id"],
            name=op.f("fk_purchase_order_change_line_id_purchase_order_line"),
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["purchase_order.id"], name=op.f("fk_purchase_order_change_order_id_purchase_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_order_change")),
    )
    with op.batch_alter_table("purchase_order_change", schema=None) as batch_op:
        batch_op.create_index("ix_purchase_order_change_order", ["order_id", "id"], unique=False)

    op.create_table(
        "delivery",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("supplier", sa.String(length=120), nullable=False),
        sa.Column("note_number", sa.String(length=60), nullable=False),
        sa.Column("received_at", types.UtcDateTime(), nullable=False),
        sa.Column("received_by_id", sa.Integer(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("per_pack", sa.Integer(), nullable=True),
        sa.Column("arrived_at_tenths", sa.Integer(), nullable=True),
        sa.Column("damage", sa.Text(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=True),
        sa.Column("order_line_id", sa.Integer(), nullable=True),
        sa.Column("containers", sa.Integer(), nullable=True),
        sa.Column("serial", sa.String(length=20), nullable=True),
        sa.Column("serial_folded", sa.String(length=20), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["purchase_order_line.id"],
            name=op.f("fk_delivery_order_line_id_purchase_order_line"),
        ),
        sa.ForeignKeyConstraint(
            ["received_by_id"], ["person.id"], name=op.f("fk_delivery_received_by_id_person")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_delivery_site_id_site")),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.id"], name=op.f("fk_delivery_supplier_id_supplier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index("ix_delivery_order_line", ["order_line_id"], unique=False)
        batch_op.create_index(
            "ix_delivery_serial",
            ["serial_folded"],
            unique=False,
            sqlite_where=sa.text("serial_folded IS NOT NULL"),
            postgresql_where=sa.text("serial_folded IS NOT NULL"),
        )
        batch_op.create_index("ix_delivery_supplier", ["supplier_id", "site_id", "received_at"], unique=False)

    op.create_table(
        "compatibility_rule",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("a", sa.String(length=160), nullable=False),
        sa.Column("b", sa.String(length=160), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("concentration_from", types.Steps(), nullable=True),
        sa.Column("concentration_below", types.Steps(), nullable=True),
        sa.Column("also", sa.String(length=160), nullable=False),
        sa.Column("also_from", types.Steps(), nullable=True),
        sa.Column("ratio_from", sa.String(length=10), nullable=True),
        sa.Column("ratio_below", sa.String(length=10), nullable=True),
        sa.Column("ph_below", sa.String(length=10), nullable=True),
        sa.Column("ph_above", sa.String(length=10), nullable=True),
        sa.Column("ph_from", sa.String(length=10), nullable=True),
        sa.Column("ph_gap", sa.String(length=10), nullable=True),
        sa.Column("onset_pka", sa.String(length=10), nullable=True),
        sa.Column("onset_solubility", sa.String(length=10), nullable=True),
        sa.Column("onset_share", sa.String(length=10), nullable=True),
        sa.Column("kept_above_h", sa.Integer(), nullable=True),
        sa.Column("kept_up_to_h", sa.Integer(), nullable=True),
        sa.Column("actives_only", sa.Boolean(), nullable=False),
        sa.Column("decidable", sa.Boolean(), nullable=False),
        sa.Column("first", sa.String(length=10), nullable=False),
        sa.Column("mechanism", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("confidence", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("loosens", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("approver_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", types.UtcDateTime(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('pair', 'alone', 'compatible', 'route', 'handling', 'storage', 'substitution', 'mixture', 'superseded')",
            name=op.f("ck_compatibility_rule_kind_is_known"),
        ),
        sa.CheckConstraint(
            "level IN ('info', 'warn', 'stop', 'block')",
            name=op.f("ck_compatibility_rule_level_is_known"),
        ),
        sa.CheckConstraint(
            "first IN ('', 'a', 'b', 'unknown')",
            name=op.f("ck_compatibility_rule_first_is_known"),
        ),
        sa.CheckConstraint(
            "origin IN ('shipped', 'clinic')",
            name=op.f("ck_compatibility_rule_origin_is_known"),
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'in_use', 'superseded', 'withdrawn')",
            name=op.f("ck_compatibility_rule_status_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["approver_id"], ["person.id"], name=op.f("fk_compatibility_rule_approver_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_compatibility_rule_author_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compatibility_rule")),
        sa.UniqueConstraint("number", "version", name=op.f("uq_compatibility_rule_number")),
    )
    op.create_table(
        "formula_version",
        sa.Column("formula_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("target", types.Steps(), nullable=True),
        sa.Column("route", sa.String(length=20), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("approver_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", types.UtcDateTime(), nullable=True),
        sa.Column("based_on_id", sa.Integer(), nullable=True),
        sa.Column("instructions", sa.Text(), nullable=False),
        sa.Column("storage", sa.Text(), nullable=False),
        sa.Column("beyond_use_h", sa.Integer(), nullable=True),
        sa.Column("beyond_use_source", sa.Text(), nullable=False),
        sa.Column("closed_reason", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('published', 'draft', 'in_review', 'approved', 'superseded', 'retired')",
            name=op.f("ck_formula_version_status_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["approver_id"], ["person.id"], name=op.f("fk_formula_version_approver_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_formula_version_author_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["based_on_id"],
            ["formula_version.id"],
            name=op.f("fk_formula_version_based_on_id_formula_version"),
        ),
        sa.ForeignKeyConstraint(
            ["formula_id"], ["formula.id"], name=op.f("fk_formula_version_formula_id_formula")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_formula_version")),
        sa.UniqueConstraint("formula_id", "number", name=op.f("uq_formula_version_formula_id")),
    )
    op.create_table(
        "hold",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("object_kind", sa.String(length=20), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("placed_at", types.UtcDateTime(), nullable=False),
        sa.Column("placed_by_id", sa.Integer(), nullable=False),
        sa.Column("released_at", types.UtcDateTime(), nullable=True),
        sa.Column("released_by_id", sa.Integer(), nullable=True),
        sa.Column("release_reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "object_kind IN ('lot', 'vial', 'place', 'product', 'delivery', 'formula_version')",
            name=op.f("ck_hold_object_kind_is_known"),
        ),
        sa.ForeignKeyConstraint(["placed_by_id"], ["person.id"], name=op.f("fk_hold_placed_by_id_person")),
        sa.ForeignKeyConstraint(
            ["released_by_id"], ["person.id"], name=op.f("fk_hold_released_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
        sa.UniqueConstraint("code", name=op.f("uq_hold_code")),
    )
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.create_index("ix_hold_object", ["object_kind", "object_id", "released_at"], unique=False)
        batch_op.create_index(
            "ix_hold_standing",
            ["id"],
            unique=False,
            sqlite_where=sa.text("released_at IS NULL"),
            postgresql_where=sa.text("released_at IS NULL"),
        )

    op.create_table(
        "lot",
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("maker", sa.String(length=120), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("normalised", sa.String(length=20), nullable=False),
        sa.Column("near", sa.String(length=20), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("made_from_id", sa.Integer(), nullable=True),
        sa.Column("grade", sa.String(length=20), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("assay_amount", types.Steps(), nullable=True),
        sa.Column("assay_volume", types.Steps(), nullable=True),
        sa.Column("assay_source", sa.Text(), nullable=False),
        sa.Column("assayed_at", types.UtcDateTime(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('quarantined', 'available', 'exhausted')", name=op.f("ck_lot_status_is_known")
        ),
        sa.ForeignKeyConstraint(["made_from_id"], ["lot.id"], name=op.f("fk_lot_made_from_id_lot")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_lot_product_id_product")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot")),
        sa.UniqueConstraint("product_id", "maker", "number", "expires_on", name=op.f("uq_lot_product_id")),
    )
    with op.batch_alter_table("lot", schema=None) as batch_op:
        batch_op.create_index("ix_lot_expiry", ["product_id", "expires_on", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_lot_made_from_id"), ["made_from_id"], unique=False)
        batch_op.create_index("ix_lot_near", ["near"], unique=False)
        batch_op.create_index("ix_lot_normalised", ["normalised", "product_id"], unique=False)
        batch_op.create_index(
            "ix_lot_shelf",
            ["expires_on", "id"],
            unique=False,
            sqlite_where=sa.text("status <> 'exhausted'"),
            postgresql_where=sa.text("status <> 'exhausted'"),
        )

    op.create_table(
        "patient",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("folded", sa.String(length=120), nullable=False),
        sa.Column("born_on", sa.Date(), nullable=False),
        sa.Column("sex", sa.String(length=10), nullable=False),
        sa.Column("record_number", sa.String(length=60), nullable=False),
        sa.Column("phone", sa.String(length=60), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "sex IN ('female', 'male', 'other', 'unknown')", name=op.f("ck_patient_sex_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_patient_created_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["patient.id"], name=op.f("fk_patient_merged_into_id_patient")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient")),
        sa.UniqueConstraint("code", name=op.f("uq_patient_code")),
    )
    with op.batch_alter_table("patient", schema=None) as batch_op:
        batch_op.create_index("ix_patient_born_on", ["born_on"], unique=False)
        batch_op.create_index("ix_patient_folded", ["folded"], unique=False)
        batch_op.create_index("ix_patient_merged_into", ["merged_into_id"], unique=False)

    op.create_table(
        "place",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("temperature", sa.String(length=40), nullable=False),
        sa.Column("low_tenths", sa.Integer(), nullable=True),
        sa.Column("high_tenths", sa.Integer(), nullable=True),
        sa.Column("reading_every", sa.Integer(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("count_every", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(low_tenths IS NULL) = (high_tenths IS NULL)", name=op.f("ck_place_range_has_two_ends")
        ),
        sa.CheckConstraint("low_tenths <= high_tenths", name=op.f("ck_place_range_is_a_range")),
        sa.CheckConstraint(
            "reading_every IS NULL OR reading_every > 0", name=op.f("ck_place_interval_is_positive")
        ),
        sa.CheckConstraint(
            "kind IN ('supplier', 'storage', 'quarantine', 'in_use', 'preparation', 'in_transit', 'patient', 'patch_test', 'waste', 'returned', 'destroyed', 'lost_or_found')",
            name=op.f("ck_place_kind_is_known"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_place_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint("site_id", "name", name=op.f("uq_place_site_id")),
    )
    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.create_index("ix_place_site_kind", ["site_id", "kind"], unique=False)

    op.create_table(
        "policy",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("value", types.CanonicalJson(), nullable=False),
        sa.Column("edition", sa.String(length=120), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["person.id"], name=op.f("fk_policy_entered_by_id_person")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_policy_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy")),
    )
    with op.batch_alter_table("policy", schema=None) as batch_op:
        batch_op.create_index("ix_policy_site_kind", ["site_id", "kind", "valid_from"], unique=False)

    op.create_table(
        "product_code",
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("gtin", sa.String(length=14), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("containers", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_product_code_product_id_product")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_code")),
        sa.UniqueConstraint("gtin", name=op.f("uq_product_code_gtin")),
    )
    with op.batch_alter_table("product_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_product_code_product_id"), ["product_id"], unique=False)

    op.create_table(
        "product_excipient",
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("ingredient_id", sa.Integer(), nullable=False),
        sa.Column("amount_text", sa.String(length=60), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ingredient_id"], ["ingredient.id"], name=op.f("fk_product_excipient_ingredient_id_ingredient")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_product_excipient_product_id_product")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_excipient")),
        sa.UniqueConstraint("product_id", "ingredient_id", name=op.f("uq_product_excipient_product_id")),
    )
    op.create_table(
        "signature",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("person_name", sa.String(length=120), nullable=False),
        sa.Column("meaning", sa.String(length=40), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("object_kind", sa.String(length=60), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=False),
        sa.Column("signed_hash", sa.String(length=64), nullable=False),
        sa.Column("shown", types.CanonicalJson(), nullable=True),
        sa.Column("self_checked", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_signature_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature")),
    )
    with op.batch_alter_table("signature", schema=None) as batch_op:
        batch_op.create_index("ix_signature_object", ["object_kind", "object_id"], unique=False)

    op.create_table(
        "user_account",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=60), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("rights_changed_at", types.UtcDateTime(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_user_account_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("username", name=op.f("uq_user_account_username")),
    )
    op.create_table(
        "allergy",
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("ingredient_id", sa.Integer(), nullable=True),
        sa.Column("group_word", sa.String(length=40), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("severity", sa.String(length=20), nullable=False),
        sa.Column("reaction", sa.Text(), nullable=False),
        sa.Column("noted_at", types.UtcDateTime(), nullable=False),
        sa.Column("noted_by_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("ended_why", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "severity IN ('mild', 'moderate', 'severe', 'anaphylaxis', 'unknown')",
            name=op.f("ck_allergy_severity_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["ingredient_id"], ["ingredient.id"], name=op.f("fk_allergy_ingredient_id_ingredient")
        ),
        sa.ForeignKeyConstraint(["noted_by_id"], ["person.id"], name=op.f("fk_allergy_noted_by_id_person")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_allergy_patient_id_patient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allergy")),
    )
    with op.batch_alter_table("allergy", schema=None) as batch_op:
        batch_op.create_index("ix_allergy_patient", ["patient_id"], unique=False)

    op.create_table(
        "allergy_review",
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=20), nullable=False),
        sa.Column("asked_at", types.UtcDateTime(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "answer IN ('none_known', 'listed')", name=op.f("ck_allergy_review_answer_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["person.id"], name=op.f("fk_allergy_review_asked_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_allergy_review_patient_id_patient")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allergy_review")),
    )
    with op.batch_alter_table("allergy_review", schema=None) as batch_op:
        batch_op.create_index("ix_allergy_review_patient", ["patient_id", "asked_at"], unique=False)

    op.create_table(
        "break_glass",
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("until", types.UtcDateTime(), nullable=False),
        sa.Column("reviewed_at", types.UtcDateTime(), nullable=True),
        sa.Column("reviewed_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_break_glass_patient_id_patient")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_break_glass_person_id_person")),
        sa.ForeignKeyConstraint(
            ["reviewed_by_id"], ["person.id"], name=op.f("fk_break_glass_reviewed_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_break_glass")),
    )
    with op.batch_alter_table("break_glass", schema=None) as batch_op:
        batch_op.create_index("ix_break_glass_person", ["person_id", "patient_id", "until"], unique=False)

    op.create_table(
        "care",
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=40), nullable=False),
        sa.Column("since", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_care_patient_id_patient")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_care_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care")),
        sa.UniqueConstraint("patient_id", "site_id", "why", name=op.f("uq_care_patient_id")),
    )
    with op.batch_alter_table("care", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_care_site_id"), ["site_id"], unique=False)

    op.create_table(
        "cocktail",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("revision_number", sa.Integer(), nullable=False),
        sa.Column("is_direct", sa.Boolean(), nullable=False),
        sa.Column("is_top_up", sa.Boolean(), nullable=False),
        sa.Column("recorded", sa.String(length=20), nullable=False),
        sa.Column("planned_for", types.UtcDateTime(), nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'prescribed', 'verified', 'in_preparation', 'prepared', 'released', 'administering', 'administered', 'wasted', 'cancelled')",
            name=op.f("ck_cocktail_state_is_known"),
        ),
        sa.CheckConstraint(
            "outcome IN ('', 'given', 'partly_given', 'not_given')", name=op.f("ck_cocktail_outcome_is_known")
        ),
        sa.CheckConstraint(
            "recorded IN ('', 'recorded_late', 'emergency')", name=op.f("ck_cocktail_recorded_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_cocktail_created_by_id_person")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_cocktail_patient_id_patient")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_cocktail_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cocktail")),
        sa.UniqueConstraint("code", name=op.f("uq_cocktail_code")),
    )
    with op.batch_alter_table("cocktail", schema=None) as batch_op:
        batch_op.create_index("ix_cocktail_patient", ["patient_id", "created_at"], unique=False)
        batch_op.create_index("ix_cocktail_site_state", ["site_id", "state", "planned_for"], unique=False)

    op.create_table(
        "consent",
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("procedure", sa.String(length=60), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("covers_off_label", sa.Boolean(), nullable=False),
        sa.Column("given_at", types.UtcDateTime(), nullable=False),
        sa.Column("taken_by_id", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", types.UtcDateTime(), nullable=True),
        sa.Column("withdrawn_why", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_consent_patient_id_patient")),
        sa.ForeignKeyConstraint(["taken_by_id"], ["person.id"], name=op.f("fk_consent_taken_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index("ix_consent_patient", ["patient_id", "given_at"], unique=False)

    op.create_table(
        "formula_line",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("ingredient_id", sa.Integer(), nullable=True),
        sa.Column("named", sa.String(length=120), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("pin", sa.String(length=20), nullable=False),
        sa.Column("amount", types.Steps(), nullable=True),
        sa.Column("volume", types.Steps(), nullable=True),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("scaling", sa.String(length=20), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("accepted_dose_low", types.Steps(), nullable=True),
        sa.Column("accepted_dose_high", types.Steps(), nullable=True),
        sa.Column("accepted_concentration_low", types.Steps(), nullable=True),
        sa.Column("accepted_concentration_high", types.Steps(), nullable=True),
        sa.Column("accepted_basis", sa.String(length=80), nullable=False),
        sa.Column("accepted_reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "pin IN ('dose', 'volume', 'concentration', 'qs', 'unknown')",
            name=op.f("ck_formula_line_pin_is_known"),
        ),
        sa.CheckConstraint(
            "scaling IN ('with_volume', 'fixed')", name=op.f("ck_formula_line_scaling_is_known")
        ),
        sa.CheckConstraint(
            "ingredient_id IS NOT NULL OR named <> ''", name=op.f("ck_formula_line_says_what")
        ),
        sa.ForeignKeyConstraint(
            ["ingredient_id"], ["ingredient.id"], name=op.f("fk_formula_line_ingredient_id_ingredient")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_formula_line_product_id_product")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["formula_version.id"], name=op.f("fk_formula_line_version_id_formula_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_formula_line")),
    )
    with op.batch_alter_table("formula_line", schema=None) as batch_op:
        batch_op.create_index("ix_formula_line_version", ["version_id", "number"], unique=False)

    op.create_table(
        "formula_pair",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("a_id", sa.Integer(), nullable=False),
        sa.Column("b_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["a_id"], ["ingredient.id"], name=op.f("fk_formula_pair_a_id_ingredient")),
        sa.ForeignKeyConstraint(["b_id"], ["ingredient.id"], name=op.f("fk_formula_pair_b_id_ingredient")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["formula_version.id"], name=op.f("fk_formula_pair_version_id_formula_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_formula_pair")),
    )
    with op.batch_alter_table("formula_pair", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_formula_pair_version_id"), ["version_id"], unique=False)

    op.create_table(
        "one_time_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("expires_at", types.UtcDateTime(), nullable=False),
        sa.Column("used_at", types.UtcDateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_one_time_link_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_link_token_hash")),
    )
    op.create_table(
        "patch_test",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("applied_at", types.UtcDateTime(), nullable=False),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("applied_by_id", sa.Integer(), nullable=False),
        sa.Column("guideline", sa.String(length=20), nullable=False),
        sa.Column("body_site", sa.String(length=120), nullable=False),
        sa.Column("late_reason", sa.Text(), nullable=False),
        sa.Column("void_reason", sa.Text(), nullable=False),
        sa.Column("voided_at", types.UtcDateTime(), nullable=True),
        sa.Column("voided_by_id", sa.Integer(), nullable=True),
        sa.Column("void_cosigner_id", sa.Integer(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('applied', 'void')", name=op.f("ck_patch_test_state_is_known")),
        sa.CheckConstraint(
            "void_cosigner_id IS NULL OR void_cosigner_id <> voided_by_id",
            name=op.f("ck_patch_test_cosigner_is_another"),
        ),
        sa.ForeignKeyConstraint(
            ["applied_by_id"], ["person.id"], name=op.f("fk_patch_test_applied_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_patch_test_patient_id_patient")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_patch_test_site_id_site")),
        sa.ForeignKeyConstraint(
            ["void_cosigner_id"], ["person.id"], name=op.f("fk_patch_test_void_cosigner_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["voided_by_id"], ["person.id"], name=op.f("fk_patch_test_voided_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patch_test")),
        sa.UniqueConstraint("code", name=op.f("uq_patch_test_code")),
    )
    with op.batch_alter_table("patch_test", schema=None) as batch_op:
        batch_op.create_index("ix_patch_test_patient", ["patient_id", "applied_at"], unique=False)
        batch_op.create_index("ix_patch_test_site", ["site_id", "applied_at"], unique=False)

    op.create_table(
        "patient_condition",
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("kind_id", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("asked_at", types.UtcDateTime(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "answer IN ('yes', 'no', 'unknown')", name=op.f("ck_patient_condition_answer_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["person.id"], name=op.f("fk_patient_condition_asked_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["kind_id"], ["condition_kind.id"], name=op.f("fk_patient_condition_kind_id_condition_kind")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_patient_condition_patient_id_patient")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_condition")),
    )
    with op.batch_alter_table("patient_condition", schema=None) as batch_op:
        batch_op.create_index(
            "ix_patient_condition_patient", ["patient_id", "kind_id", "asked_at"], unique=False
        )

    op.create_table(
        "patient_weight",
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("mass", types.Steps(), nullable=False),
        sa.Column("measured_on", sa.Date(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_patient_weight_by_id_person")),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_patient_weight_patient_id_patient")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_weight")),
    )
    with op.batch_alter_table("patient_weight", schema=None) as batch_op:
        batch_op.create_index("ix_patient_weight_patient", ["patient_id", "measured_on"], unique=False)

    op.create_table(
        "staff_role",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "role IN ('pharmacist', 'technician', 'practitioner', 'recall_officer', 'administrator', 'auditor')",
            name=op.f("ck_staff_role_role_is_known"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_staff_role_site_id_site")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_staff_role_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_role")),
        sa.UniqueConstraint("user_id", "site_id", "role", name=op.f("uq_staff_role_user_id")),
    )
    op.create_table(
        "user_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("csrf_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", types.UtcDateTime(), nullable=False),
        sa.Column("expires_at", types.UtcDateTime(), nullable=False),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_user_session_site_id_site")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_user_session_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_session_token_hash")),
    )
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_session_user_id"), ["user_id"], unique=False)

    op.create_table(
        "vial",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.String(length=20), nullable=True),
        sa.Column("serial_folded", sa.String(length=20), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("opened_at", types.UtcDateTime(), nullable=True),
        sa.Column("opened_by_id", sa.Integer(), nullable=True),
        sa.Column("opened_for_id", sa.Integer(), nullable=True),
        sa.Column("opened_for_ref", sa.String(length=60), nullable=True),
        sa.Column("late_reason", sa.Text(), nullable=False),
        sa.Column("reconstituted_at", types.UtcDateTime(), nullable=True),
        sa.Column("mixed_volume", types.Steps(), nullable=True),
        sa.Column("mixed_content", types.Steps(), nullable=True),
        sa.Column("displacement", types.Steps(), nullable=True),
        sa.Column("diluent_lot_id", sa.Integer(), nullable=True),
        sa.Column("beyond_use_at", types.UtcDateTime(), nullable=True),
        sa.Column("beyond_use_limit", sa.String(length=200), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('sealed', 'open', 'empty', 'wasted', 'returned', 'lost')",
            name=op.f("ck_vial_state_is_known"),
        ),
        sa.ForeignKeyConstraint(["diluent_lot_id"], ["lot.id"], name=op.f("fk_vial_diluent_lot_id_lot")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_vial_lot_id_lot")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["person.id"], name=op.f("fk_vial_opened_by_id_person")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_vial_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vial")),
        sa.UniqueConstraint("code", name=op.f("uq_vial_code")),
    )
    with op.batch_alter_table("vial", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vial_diluent_lot_id"), ["diluent_lot_id"], unique=False)
        batch_op.create_index("ix_vial_lot", ["lot_id", "state"], unique=False)
        batch_op.create_index(
            "ix_vial_serial",
            ["serial_folded"],
            unique=False,
            sqlite_where=sa.text("serial_folded IS NOT NULL"),
            postgresql_where=sa.text("serial_folded IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_vial_open",
            ["site_id", "beyond_use_at"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "balance",
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("vial_id", sa.Integer(), nullable=True),
        sa.Column("quantity", types.Steps(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_balance_quantity_is_not_negative")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_balance_lot_id_lot")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_balance_place_id_place")),
        sa.ForeignKeyConstraint(["vial_id"], ["vial.id"], name=op.f("fk_balance_vial_id_vial")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_balance")),
    )
    with op.batch_alter_table("balance", schema=None) as batch_op:
        batch_op.create_index("ix_balance_lot", ["lot_id", "place_id", "quantity"], unique=False)
        batch_op.create_index(
            "ix_balance_vial",
            ["vial_id"],
            unique=False,
            sqlite_where=sa.text("vial_id IS NOT NULL"),
            postgresql_where=sa.text("vial_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_balance_sealed",
            ["place_id", "lot_id"],
            unique=True,
            sqlite_where=sa.text("vial_id IS NULL"),
            postgresql_where=sa.text("vial_id IS NULL"),
        )
        batch_op.create_index(
            "uq_balance_vial",
            ["place_id", "lot_id", "vial_id"],
            unique=True,
            sqlite_where=sa.text("vial_id IS NOT NULL"),
            postgresql_where=sa.text("vial_id IS NOT NULL"),
        )

    op.create_table(
        "cocktail_revision",
        sa.Column("cocktail_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("formula_version_id", sa.Integer(), nullable=True),
        sa.Column("target", types.Steps(), nullable=True),
        sa.Column("target_text", sa.String(length=20), nullable=False),
        sa.Column("overfill", types.Steps(), nullable=False),
        sa.Column("route", sa.String(length=20), nullable=False),
        sa.Column("area", sa.String(length=120), nullable=False),
        sa.Column("saved_at", types.UtcDateTime(), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=False),
        sa.Column("prescriber_id", sa.Integer(), nullable=True),
        sa.Column("prescribed_at", types.UtcDateTime(), nullable=True),
        sa.Column("verifier_id", sa.Integer(), nullable=True),
        sa.Column("verified_at", types.UtcDateTime(), nullable=True),
        sa.Column("self_checked", sa.Boolean(), nullable=False),
        sa.Column("snapshot", types.CanonicalJson(), nullable=True),
        sa.Column("inputs_hash", sa.String(length=64), nullable=False),
        sa.Column("return_reason", sa.Text(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'frozen', 'superseded')", name=op.f("ck_cocktail_revision_state_is_known")
        ),
        sa.CheckConstraint(
            "verifier_id IS NULL OR self_checked OR verifier_id <> prescriber_id",
            name=op.f("ck_cocktail_revision_verifier_is_another"),
        ),
        sa.ForeignKeyConstraint(
            ["cocktail_id"], ["cocktail.id"], name=op.f("fk_cocktail_revision_cocktail_id_cocktail")
        ),
        sa.ForeignKeyConstraint(
            ["formula_version_id"],
            ["formula_version.id"],
            name=op.f("fk_cocktail_revision_formula_version_id_formula_version"),
        ),
        sa.ForeignKeyConstraint(
            ["prescriber_id"], ["person.id"], name=op.f("fk_cocktail_revision_prescriber_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["saved_by_id"], ["person.id"], name=op.f("fk_cocktail_revision_saved_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["verifier_id"], ["person.id"], name=op.f("fk_cocktail_revision_verifier_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cocktail_revision")),
        sa.UniqueConstraint("cocktail_id", "number", name=op.f("uq_cocktail_revision_cocktail_id")),
    )
    with op.batch_alter_table("cocktail_revision", schema=None) as batch_op:
        batch_op.create_index("ix_cocktail_revision_formula", ["formula_version_id"], unique=False)

    op.create_table(
        "cocktail_transition",
        sa.Column("cocktail_id", sa.Integer(), nullable=False),
        sa.Column("from_state", sa.String(length=20), nullable=False),
        sa.Column("to_state", sa.String(length=20), nullable=False),
        sa.Column("revision_number", sa.Integer(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("self_checked", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_cocktail_transition_by_id_person")),
        sa.ForeignKeyConstraint(
            ["cocktail_id"], ["cocktail.id"], name=op.f("fk_cocktail_transition_cocktail_id_cocktail")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cocktail_transition")),
    )
    with op.batch_alter_table("cocktail_transition", schema=None) as batch_op:
        batch_op.create_index("ix_cocktail_transition_cocktail", ["cocktail_id", "at"], unique=False)

    op.create_table(
        "price",
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("minor", types.Steps(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("pack", types.Steps(), nullable=False),
        sa.Column("per_pack", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("supersedes_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("minor >= 0", name=op.f("ck_price_minor_is_not_negative")),
        sa.CheckConstraint("pack > 0", name=op.f("ck_price_pack_is_positive")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_price_by_id_person")),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_price_delivery_id_delivery")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_price_lot_id_lot")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_price_product_id_product")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_price_site_id_site")),
        sa.ForeignKeyConstraint(["supersedes_id"], ["price.id"], name=op.f("fk_price_supersedes_id_price")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price")),
    )
    with op.batch_alter_table("price", schema=None) as batch_op:
        batch_op.create_index("ix_price_delivery", ["delivery_id"], unique=False)
        batch_op.create_index("ix_price_lot", ["lot_id", "site_id", "currency"], unique=False)
        batch_op.create_index("ix_price_product", ["product_id", "site_id", "currency"], unique=False)
        batch_op.create_index("uq_price_supersedes", ["supersedes_id"], unique=True)

    op.create_table(
        "movement",
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("vial_id", sa.Integer(), nullable=True),
        sa.Column("from_place_id", sa.Integer(), nullable=False),
        sa.Column("to_place_id", sa.Integer(), nullable=False),
        sa.Column("quantity", types.Steps(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("document_kind", sa.String(length=40), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("occurred_at", types.UtcDateTime(), nullable=False),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("reverses_id", sa.Integer(), nullable=True),
        sa.Column("mixture", types.Steps(), nullable=True),
        sa.Column("remark", sa.String(length=200), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("from_place_id <> to_place_id", name=op.f("ck_movement_places_differ")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_movement_quantity_is_positive")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_movement_by_id_person")),
        sa.ForeignKeyConstraint(
            ["from_place_id"], ["place.id"], name=op.f("fk_movement_from_place_id_place")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_movement_lot_id_lot")),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["movement.id"], name=op.f("fk_movement_reverses_id_movement")
        ),
        sa.ForeignKeyConstraint(["to_place_id"], ["place.id"], name=op.f("fk_movement_to_place_id_place")),
        sa.ForeignKeyConstraint(["vial_id"], ["vial.id"], name=op.f("fk_movement_vial_id_vial")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movement")),
    )
    with op.batch_alter_table("movement", schema=None) as batch_op:
        batch_op.create_index("ix_movement_document", ["document_kind", "document_id"], unique=False)
        batch_op.create_index("ix_movement_from", ["from_place_id", "occurred_at"], unique=False)
        batch_op.create_index(
            "ix_movement_lot",
            ["lot_id", "id", "from_place_id", "to_place_id", "quantity", "vial_id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_movement_time",
            ["lot_id", "occurred_at", "from_place_id", "to_place_id", "quantity", "reverses_id"],
            unique=False,
        )
        batch_op.create_index("ix_movement_to", ["to_place_id", "occurred_at"], unique=False)
        batch_op.create_index("ix_movement_vial", ["vial_id", "id"], unique=False)
        batch_op.create_index(
            "uq_movement_reverses",
            ["reverses_id"],
            unique=True,
            sqlite_where=sa.text("reverses_id IS NOT NULL"),
            postgresql_where=sa.text("reverses_id IS NOT NULL"),
        )

    op.create_table(
        "patient_photo",
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("about_kind", sa.String(length=20), nullable=False),
        sa.Column("about_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("media", sa.String(length=10), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("taken_at", types.UtcDateTime(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("removed_at", types.UtcDateTime(), nullable=True),
        sa.Column("removed_why", sa.Text(), nullable=False),
        sa.Column("removed_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "about_kind IN ('', 'patch_test', 'reaction', 'administration', 'draw')",
            name=op.f("ck_patient_photo_about_kind_is_known"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_patient_photo_by_id_person")),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_patient_photo_patient_id_patient")
        ),
        sa.ForeignKeyConstraint(
            ["removed_by_id"], ["person.id"], name=op.f("fk_patient_photo_removed_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_photo")),
    )
    with op.batch_alter_table("patient_photo", schema=None) as batch_op:
        batch_op.create_index(
            "ix_patient_photo_patient", ["patient_id", "about_kind", "about_id"], unique=False
        )

    op.create_table(
        "patch_test_item",
        sa.Column("test_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("lot_id", sa.Integer(), nullable=True),
        sa.Column("vial_id", sa.Integer(), nullable=True),
        sa.Column("dilution", sa.String(length=60), nullable=False),
        sa.Column("vehicle", sa.String(length=60), nullable=False),
        sa.Column("volume", types.Steps(), nullable=True),
        sa.Column("quantity", types.Steps(), nullable=True),
        sa.Column("is_mixture", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "role IN ('test', 'negative', 'positive')", name=op.f("ck_patch_test_item_role_is_known")
        ),
        sa.CheckConstraint(
            "product_id IS NOT NULL OR role <> 'test'", name=op.f("ck_patch_test_item_test_has_a_product")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_patch_test_item_lot_id_lot")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_patch_test_item_product_id_product")
        ),
        sa.ForeignKeyConstraint(
            ["test_id"], ["patch_test.id"], name=op.f("fk_patch_test_item_test_id_patch_test")
        ),
        sa.ForeignKeyConstraint(["vial_id"], ["vial.id"], name=op.f("fk_patch_test_item_vial_id_vial")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patch_test_item")),
        sa.UniqueConstraint("test_id", "number", name=op.f("uq_patch_test_item_test_id")),
    )
    with op.batch_alter_table("patch_test_item", schema=None) as batch_op:
        batch_op.create_index("ix_patch_test_item_lot", ["lot_id", "test_id"], unique=False)

    op.create_table(
        "reservation",
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("vial_id", sa.Integer(), nullable=True),
        sa.Column("quantity", types.Steps(), nullable=False),
        sa.Column("for_ref", sa.String(length=60), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("until", types.UtcDateTime(), nullable=True),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("ended_why", sa.String(length=60), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_reservation_quantity_is_positive")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_reservation_lot_id_lot")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_reservation_place_id_place")),
        sa.ForeignKeyConstraint(["vial_id"], ["vial.id"], name=op.f("fk_reservation_vial_id_vial")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation")),
    )
    with op.batch_alter_table("reservation", schema=None) as batch_op:
        batch_op.create_index("ix_reservation_lot", ["lot_id", "ended_at"], unique=False)
        batch_op.create_index("ix_reservation_ref", ["for_ref", "ended_at"], unique=False)

    op.create_table(
        "attempt",
        sa.Column("cocktail_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("prescriber_id", sa.Integer(), nullable=False),
        sa.Column("verifier_id", sa.Integer(), nullable=True),
        sa.Column("self_verified", sa.Boolean(), nullable=False),
        sa.Column("preparer_id", sa.Integer(), nullable=False),
        sa.Column("claimed_at", types.UtcDateTime(), nullable=False),
        sa.Column("prepared_at", types.UtcDateTime(), nullable=True),
        sa.Column("total", types.Steps(), nullable=True),
        sa.Column("beyond_use_at", types.UtcDateTime(), nullable=True),
        sa.Column("beyond_use_limit", sa.String(length=200), nullable=False),
        sa.Column("beyond_use_terms", types.CanonicalJson(), nullable=True),
        sa.Column("storage", sa.String(length=20), nullable=False),
        sa.Column("releaser_id", sa.Integer(), nullable=True),
        sa.Column("self_released", sa.Boolean(), nullable=False),
        sa.Column("released_at", types.UtcDateTime(), nullable=True),
        sa.Column("inspection", types.CanonicalJson(), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('in_preparation', 'prepared', 'released', 'administering', 'administered', 'wasted', 'cancelled')",
            name=op.f("ck_attempt_state_is_known"),
        ),
        sa.CheckConstraint(
            "releaser_id IS NULL OR self_released OR releaser_id <> preparer_id",
            name=op.f("ck_attempt_releaser_is_another"),
        ),
        sa.CheckConstraint(
            "verifier_id IS NULL OR self_verified OR verifier_id <> prescriber_id",
            name=op.f("ck_attempt_verifier_is_another"),
        ),
        sa.ForeignKeyConstraint(
            ["cocktail_id"], ["cocktail.id"], name=op.f("fk_attempt_cocktail_id_cocktail")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_attempt_patient_id_patient")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_attempt_place_id_place")),
        sa.ForeignKeyConstraint(["preparer_id"], ["person.id"], name=op.f("fk_attempt_preparer_id_person")),
        sa.ForeignKeyConstraint(
            ["prescriber_id"], ["person.id"], name=op.f("fk_attempt_prescriber_id_person")
        ),
        sa.ForeignKeyConstraint(["releaser_id"], ["person.id"], name=op.f("fk_attempt_releaser_id_person")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["cocktail_revision.id"], name=op.f("fk_attempt_revision_id_cocktail_revision")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_attempt_site_id_site")),
        sa.ForeignKeyConstraint(["verifier_id"], ["person.id"], name=op.f("fk_attempt_verifier_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.UniqueConstraint("cocktail_id", "number", name=op.f("uq_attempt_cocktail_id")),
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index("ix_attempt_site_state", ["site_id", "state"], unique=False)
        batch_op.create_index("ix_attempt_preparer", ["preparer_id", "claimed_at"], unique=False)
        batch_op.create_index("ix_attempt_place", ["place_id", "claimed_at"], unique=False)
        batch_op.create_index("ix_attempt_revision", ["revision_id"], unique=False)

    op.create_table(
        "check_override",
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("finding_key", sa.Text(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("answered", types.CanonicalJson(), nullable=False),
        sa.Column("stage", sa.String(length=2), nullable=False),
        sa.Column("inputs_hash", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("cosigner_id", sa.Integer(), nullable=True),
        sa.Column("cosigned_at", types.UtcDateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "cosigner_id IS NULL OR cosigner_id <> by_id", name=op.f("ck_check_override_cosigner_is_another")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_check_override_by_id_person")),
        sa.ForeignKeyConstraint(
            ["cosigner_id"], ["person.id"], name=op.f("fk_check_override_cosigner_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["cocktail_revision.id"],
            name=op.f("fk_check_override_revision_id_cocktail_revision"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_override")),
    )
    with op.batch_alter_table("check_override", schema=None) as batch_op:
        batch_op.create_index("ix_check_override_revision", ["revision_id"], unique=False)

    op.create_table(
        "check_report",
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=2), nullable=False),
        sa.Column("rule_set", sa.String(length=40), nullable=False),
        sa.Column("data_version", sa.String(length=20), nullable=False),
        sa.Column("inputs_hash", sa.String(length=64), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("answers", types.CanonicalJson(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_check_report_by_id_person")),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["cocktail_revision.id"],
            name=op.f("fk_check_report_revision_id_cocktail_revision"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_report")),
    )
    with op.batch_alter_table("check_report", schema=None) as batch_op:
        batch_op.create_index("ix_check_report_revision", ["revision_id", "at"], unique=False)

    op.create_table(
        "shown_finding",
        sa.Column("cocktail_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cocktail_id"], ["cocktail.id"], name=op.f("fk_shown_finding_cocktail_id_cocktail")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_shown_finding_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shown_finding")),
        sa.UniqueConstraint("cocktail_id", "rule", "code", name=op.f("uq_shown_finding_cocktail_id")),
    )
    with op.batch_alter_table("shown_finding", schema=None) as batch_op:
        batch_op.create_index("ix_shown_finding_site", ["site_id", "at", "rule", "code"], unique=False)

    op.create_table(
        "cocktail_line",
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("pin", sa.String(length=20), nullable=False),
        sa.Column("amount", types.Steps(), nullable=True),
        sa.Column("volume", types.Steps(), nullable=True),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("entered", sa.String(length=40), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "pin IN ('dose', 'volume', 'concentration', 'qs')", name=op.f("ck_cocktail_line_pin_is_known")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_cocktail_line_lot_id_lot")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_cocktail_line_product_id_product")
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["cocktail_revision.id"],
            name=op.f("fk_cocktail_line_revision_id_cocktail_revision"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cocktail_line")),
        sa.UniqueConstraint("revision_id", "number", name=op.f("uq_cocktail_line_revision_id")),
    )
    op.create_table(
        "stock_count",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("opened_at", types.UtcDateTime(), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("self_checked", sa.Boolean(), nullable=False),
        sa.Column("shown_at", types.UtcDateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'closed', 'cancelled')", name=op.f("ck_stock_count_state_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_id"], ["person.id"], name=op.f("fk_stock_count_ended_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["person.id"], name=op.f("fk_stock_count_opened_by_id_person")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_stock_count_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_count")),
    )
    with op.batch_alter_table("stock_count", schema=None) as batch_op:
        batch_op.create_index("ix_stock_count_site", ["site_id", "id"], unique=False)

    op.create_table(
        "count_place",
        sa.Column("count_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["count_id"], ["stock_count.id"], name=op.f("fk_count_place_count_id_stock_count")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_count_place_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_place")),
        sa.UniqueConstraint("count_id", "place_id", name=op.f("uq_count_place_count_id")),
    )
    with op.batch_alter_table("count_place", schema=None) as batch_op:
        batch_op.create_index("ix_count_place_place", ["place_id", "count_id"], unique=False)
        batch_op.create_index(
            "uq_count_place_open",
            ["place_id"],
            unique=True,
            sqlite_where=sa.text("is_open"),
            postgresql_where=sa.text("is_open"),
        )

    op.create_table(
        "count_line",
        sa.Column("count_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("vial_id", sa.Integer(), nullable=True),
        sa.Column("added", sa.Boolean(), nullable=False),
        sa.Column("expected", types.Steps(), nullable=True),
        sa.Column("posted", types.Steps(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["count_id"], ["stock_count.id"], name=op.f("fk_count_line_count_id_stock_count")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_count_line_lot_id_lot")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_count_line_place_id_place")),
        sa.ForeignKeyConstraint(["vial_id"], ["vial.id"], name=op.f("fk_count_line_vial_id_vial")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_line")),
    )
    with op.batch_alter_table("count_line", schema=None) as batch_op:
        batch_op.create_index(
            "uq_count_line_sealed",
            ["count_id", "place_id", "lot_id"],
            unique=True,
            sqlite_where=sa.text("vial_id IS NULL"),
            postgresql_where=sa.text("vial_id IS NULL"),
        )
        batch_op.create_index(
            "uq_count_line_vial",
            ["count_id", "place_id", "vial_id"],
            unique=True,
            sqlite_where=sa.text("vial_id IS NOT NULL"),
            postgresql_where=sa.text("vial_id IS NOT NULL"),
        )

    op.create_table(
        "count_entry",
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("found", types.Steps(), nullable=True),
        sa.Column("mixture", sa.Boolean(), nullable=False),
        sa.Column("mark", sa.Integer(), nullable=False),
        sa.Column("counted_at", types.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("seeing", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('counted', 'none', 'not_counted')", name=op.f("ck_count_entry_outcome_is_known")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_count_entry_by_id_person")),
        sa.ForeignKeyConstraint(
            ["line_id"], ["count_line.id"], name=op.f("fk_count_entry_line_id_count_line")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_entry")),
        sa.UniqueConstraint("line_id", "number", name=op.f("uq_count_entry_line_id")),
    )
    op.create_table(
        "discrepancy",
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("movement_id", sa.Integer(), nullable=False),
        sa.Column("quantity", types.Steps(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("opened_at", types.UtcDateTime(), nullable=False),
        sa.Column("explained_at", types.UtcDateTime(), nullable=True),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_discrepancy_lot_id_lot")),
        sa.ForeignKeyConstraint(
            ["movement_id"], ["movement.id"], name=op.f("fk_discrepancy_movement_id_movement")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_discrepancy_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discrepancy")),
    )
    with op.batch_alter_table("discrepancy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_discrepancy_lot_id"), ["lot_id"], unique=False)

    op.create_table(
        "patch_test_reading",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(length=4), nullable=False),
        sa.Column("wheal_first", types.Steps(), nullable=True),
        sa.Column("wheal", types.Steps(), nullable=True),
        sa.Column("flare", sa.Boolean(), nullable=True),
        sa.Column("read_at", types.UtcDateTime(), nullable=False),
        sa.Column("entered_at", types.UtcDateTime(), nullable=False),
        sa.Column("reader_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("cosigner_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "grade IN ('-', '?+', '+', '++', '+++', 'IR', 'W-', 'W?', 'W+', 'L-', 'LR', 'L+')",
            name=op.f("ck_patch_test_reading_grade_is_known"),
        ),
        sa.CheckConstraint(
            "cosigner_id IS NULL OR cosigner_id <> reader_id",
            name=op.f("ck_patch_test_reading_cosigner_is_another"),
        ),
        sa.ForeignKeyConstraint(
            ["cosigner_id"], ["person.id"], name=op.f("fk_patch_test_reading_cosigner_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["corrects_id"],
            ["patch_test_reading.id"],
            name=op.f("fk_patch_test_reading_corrects_id_patch_test_reading"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["patch_test_item.id"], name=op.f("fk_patch_test_reading_item_id_patch_test_item")
        ),
        sa.ForeignKeyConstraint(
            ["reader_id"], ["person.id"], name=op.f("fk_patch_test_reading_reader_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patch_test_reading")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_patch_test_reading_corrects_id")),
    )
    with op.batch_alter_table("patch_test_reading", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_patch_test_reading_item_id"), ["item_id"], unique=False)

    op.create_table(
        "verification",
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("answers", types.CanonicalJson(), nullable=False),
        sa.Column("mismatches", types.CanonicalJson(), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_verification_by_id_person")),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["cocktail_revision.id"],
            name=op.f("fk_verification_revision_id_cocktail_revision"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification")),
    )
    with op.batch_alter_table("verification", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_verification_revision_id"), ["revision_id"], unique=False)

    op.create_table(
        "administration",
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("cocktail_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("started_at", types.UtcDateTime(), nullable=False),
        sa.Column("started_by_id", sa.Integer(), nullable=False),
        sa.Column("identity", types.CanonicalJson(), nullable=False),
        sa.Column("anything_new", sa.String(length=20), nullable=False),
        sa.Column("closed_at", types.UtcDateTime(), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("released", types.Steps(), nullable=False),
        sa.Column("given", types.Steps(), nullable=False),
        sa.Column("leftover", types.Steps(), nullable=False),
        sa.Column("dead_space", types.Steps(), nullable=False),
        sa.Column("difference", types.Steps(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("anaesthetic", sa.String(length=20), nullable=False),
        sa.Column("anaesthetic_what", sa.String(length=120), nullable=False),
        sa.Column("anaesthetic_at", types.UtcDateTime(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "anaesthetic IN ('', 'none', 'cream', 'injected', 'cooling', 'other')",
            name=op.f("ck_administration_anaesthetic_is_known"),
        ),
        sa.CheckConstraint(
            "anaesthetic_at IS NULL OR anaesthetic <> ''",
            name=op.f("ck_administration_anaesthetic_is_named"),
        ),
        sa.CheckConstraint(
            "outcome IN ('', 'given', 'partly_given', 'not_given')",
            name=op.f("ck_administration_outcome_is_known"),
        ),
        sa.CheckConstraint("state IN ('started', 'closed')", name=op.f("ck_administration_state_is_known")),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_administration_attempt_id_attempt")
        ),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["person.id"], name=op.f("fk_administration_closed_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["cocktail_id"], ["cocktail.id"], name=op.f("fk_administration_cocktail_id_cocktail")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_administration_patient_id_patient")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_administration_site_id_site")),
        sa.ForeignKeyConstraint(
            ["started_by_id"], ["person.id"], name=op.f("fk_administration_started_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_administration")),
        sa.UniqueConstraint("attempt_id", name=op.f("uq_administration_attempt_id")),
    )
    with op.batch_alter_table("administration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_administration_cocktail_id"), ["cocktail_id"], unique=False)
        batch_op.create_index("ix_administration_given", ["started_at", "state", "outcome"], unique=False)
        batch_op.create_index("ix_administration_patient", ["patient_id", "started_at"], unique=False)
        batch_op.create_index("ix_administration_site", ["site_id", "state"], unique=False)

    op.create_table(
        "close_call",
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("line_number", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("scanned", sa.String(length=200), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_close_call_attempt_id_attempt")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_close_call_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_close_call")),
    )
    with op.batch_alter_table("close_call", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_close_call_attempt_id"), ["attempt_id"], unique=False)

    op.create_table(
        "planned_draw",
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("line_number", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=True),
        sa.Column("vial_id", sa.Integer(), nullable=True),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("volume", types.Steps(), nullable=False),
        sa.Column("quantity", types.Steps(), nullable=False),
        sa.Column("allowed_low", types.Steps(), nullable=False),
        sa.Column("allowed_high", types.Steps(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.Column("is_qs", sa.Boolean(), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("scan", sa.String(length=200), nullable=False),
        sa.Column("scanned_at", types.UtcDateTime(), nullable=True),
        sa.Column("grade", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('planned', 'drawn', 'dropped')", name=op.f("ck_planned_draw_state_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_planned_draw_attempt_id_attempt")
        ),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_planned_draw_device_id_device")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_planned_draw_lot_id_lot")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_planned_draw_place_id_place")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_planned_draw_product_id_product")
        ),
        sa.ForeignKeyConstraint(["vial_id"], ["vial.id"], name=op.f("fk_planned_draw_vial_id_vial")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_draw")),
        sa.UniqueConstraint("attempt_id", "position", name=op.f("uq_planned_draw_attempt_id")),
    )
    op.create_table(
        "draw",
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("cocktail_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("line_number", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("vial_id", sa.Integer(), nullable=True),
        sa.Column("movement_id", sa.Integer(), nullable=False),
        sa.Column("planned_draw_id", sa.Integer(), nullable=True),
        sa.Column("via", sa.String(length=10), nullable=False),
        sa.Column("volume", types.Steps(), nullable=False),
        sa.Column("quantity", types.Steps(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.Column("drawn_at", types.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("scan", sa.String(length=200), nullable=False),
        sa.Column("grade", sa.String(length=20), nullable=False),
        sa.Column("deviation_reason", sa.Text(), nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("via IN ('direct', 'diluent', 'supplied')", name=op.f("ck_draw_via_is_known")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_draw_quantity_is_positive")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_draw_attempt_id_attempt")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_draw_by_id_person")),
        sa.ForeignKeyConstraint(["cocktail_id"], ["cocktail.id"], name=op.f("fk_draw_cocktail_id_cocktail")),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_draw_device_id_device")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_draw_lot_id_lot")),
        sa.ForeignKeyConstraint(["movement_id"], ["movement.id"], name=op.f("fk_draw_movement_id_movement")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_draw_patient_id_patient")),
        sa.ForeignKeyConstraint(
            ["planned_draw_id"], ["planned_draw.id"], name=op.f("fk_draw_planned_draw_id_planned_draw")
        ),
        sa.ForeignKeyConstraint(["vial_id"], ["vial.id"], name=op.f("fk_draw_vial_id_vial")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw")),
        sa.UniqueConstraint("movement_id", name=op.f("uq_draw_movement_id")),
    )
    with op.batch_alter_table("draw", schema=None) as batch_op:
        batch_op.create_index("ix_draw_attempt", ["attempt_id"], unique=False)
        batch_op.create_index("ix_draw_cocktail", ["cocktail_id"], unique=False)
        batch_op.create_index(
            "ix_draw_recall",
            ["lot_id", "drawn_at", "cocktail_id", "patient_id", "quantity", "attempt_id", "via", "undone"],
            unique=False,
        )
        batch_op.create_index("ix_draw_vial", ["vial_id"], unique=False)
        batch_op.create_index("ix_draw_by", ["by_id", "drawn_at"], unique=False)

    op.create_table(
        "syringe",
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("of", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.Column("volume", types.Steps(), nullable=False),
        sa.Column("dead_space", types.Steps(), nullable=True),
        sa.Column("printed", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_syringe_attempt_id_attempt")),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_syringe_device_id_device")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_syringe")),
        sa.UniqueConstraint("attempt_id", "number", name=op.f("uq_syringe_attempt_id")),
        sa.UniqueConstraint("code", name=op.f("uq_syringe_code")),
    )
    op.create_table(
        "exposure",
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("ingredient_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("dimension", sa.String(length=20), nullable=False),
        sa.Column("basis", sa.String(length=80), nullable=False),
        sa.Column("amount", types.Steps(), nullable=True),
        sa.Column("taken", types.Steps(), nullable=True),
        sa.Column("takes_back_id", sa.Integer(), nullable=True),
        sa.Column("is_top_up", sa.Boolean(), nullable=False),
        sa.Column("document_kind", sa.String(length=20), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(length=20), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "document_kind IN ('administration', 'patch_test', 'imported_use')",
            name=op.f("ck_exposure_document_kind_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["ingredient_id"], ["ingredient.id"], name=op.f("fk_exposure_ingredient_id_ingredient")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_exposure_patient_id_patient")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_exposure_product_id_product")),
        sa.ForeignKeyConstraint(
            ["takes_back_id"], ["exposure.id"], name=op.f("fk_exposure_takes_back_id_exposure")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exposure")),
        sa.UniqueConstraint("takes_back_id", name=op.f("uq_exposure_takes_back_id")),
    )
    with op.batch_alter_table("exposure", schema=None) as batch_op:
        batch_op.create_index("ix_exposure_patient", ["patient_id", "ingredient_id", "at"], unique=False)
        batch_op.create_index(
            "ix_exposure_ingredient", ["ingredient_id", "document_kind", "at"], unique=False
        )
        batch_op.create_index("ix_exposure_document", ["document_kind", "document_id"], unique=False)

    op.create_table(
        "imported_use",
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=True),
        sa.Column("quantity", types.Steps(), nullable=False),
        sa.Column("written", sa.String(length=40), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("practitioner", sa.String(length=120), nullable=False),
        sa.Column("remark", sa.String(length=400), nullable=False),
        sa.Column("identity", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_imported_use_quantity_is_positive")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_imported_use_file_id_stored_file")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_imported_use_lot_id_lot")),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_imported_use_patient_id_patient")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_imported_use_product_id_product")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_imported_use_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_use")),
        sa.UniqueConstraint("identity", name=op.f("uq_imported_use_identity")),
    )
    with op.batch_alter_table("imported_use", schema=None) as batch_op:
        batch_op.create_index("ix_imported_use_patient", ["patient_id", "at"], unique=False)
        batch_op.create_index(
            "ix_imported_use_unnoted",
            ["product_id", "site_id", "at", "patient_id"],
            unique=False,
            sqlite_where=sa.text("lot_id IS NULL"),
            postgresql_where=sa.text("lot_id IS NULL"),
        )

    op.create_table(
        "given_lot",
        sa.Column("administration_id", sa.Integer(), nullable=True),
        sa.Column("draw_id", sa.Integer(), nullable=True),
        sa.Column("imported_id", sa.Integer(), nullable=True),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("cocktail_id", sa.Integer(), nullable=True),
        sa.Column("grade", sa.String(length=20), nullable=False),
        sa.Column("via", sa.String(length=10), nullable=False),
        sa.Column("given", types.Steps(), nullable=False),
        sa.Column("wasted", types.Steps(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["administration_id"],
            ["administration.id"],
            name=op.f("fk_given_lot_administration_id_administration"),
        ),
        sa.ForeignKeyConstraint(
            ["cocktail_id"], ["cocktail.id"], name=op.f("fk_given_lot_cocktail_id_cocktail")
        ),
        sa.CheckConstraint(
            "(imported_id IS NULL) = (administration_id IS NOT NULL)",
            name=op.f("ck_given_lot_of_a_session_or_imported"),
        ),
        sa.CheckConstraint(
            "(draw_id IS NULL) = (administration_id IS NULL)", name=op.f("ck_given_lot_draw_of_a_session")
        ),
        sa.CheckConstraint(
            "(cocktail_id IS NULL) = (administration_id IS NULL)",
            name=op.f("ck_given_lot_cocktail_of_a_session"),
        ),
        sa.ForeignKeyConstraint(["draw_id"], ["draw.id"], name=op.f("fk_given_lot_draw_id_draw")),
        sa.ForeignKeyConstraint(
            ["imported_id"], ["imported_use.id"], name=op.f("fk_given_lot_imported_id_imported_use")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_given_lot_lot_id_lot")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_given_lot_patient_id_patient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_given_lot")),
        sa.UniqueConstraint("imported_id", name=op.f("uq_given_lot_imported_id")),
        sa.UniqueConstraint("administration_id", "draw_id", name=op.f("uq_given_lot_administration_id")),
    )
    with op.batch_alter_table("given_lot", schema=None) as batch_op:
        batch_op.create_index(
            "ix_given_lot_recall",
            ["lot_id", "at", "id", "patient_id", "cocktail_id", "given", "grade", "via"],
            unique=False,
        )

    op.create_table(
        "injection_site",
        sa.Column("administration_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("area", sa.String(length=60), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("per_point", types.Steps(), nullable=False),
        sa.Column("layer", sa.String(length=20), nullable=False),
        sa.Column("depth", types.Steps(), nullable=True),
        sa.Column("depth_why", sa.String(length=200), nullable=False),
        sa.Column("angle", sa.String(length=20), nullable=False),
        sa.Column("device", sa.String(length=20), nullable=False),
        sa.Column("gauge", sa.Integer(), nullable=True),
        sa.Column("technique", sa.String(length=60), nullable=False),
        sa.Column("map", sa.String(length=20), nullable=False),
        sa.Column("map_version", sa.Integer(), nullable=True),
        sa.Column("spacing", types.Steps(), nullable=True),
        sa.Column("paused_why", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(map = '') = (map_version IS NULL)", name=op.f("ck_injection_site_picture_has_its_version")
        ),
        sa.CheckConstraint(
            "angle IN ('', 'vertical', 'angled', 'flat')", name=op.f("ck_injection_site_angle_is_known")
        ),
        sa.CheckConstraint("depth IS NULL OR depth > 0", name=op.f("ck_injection_site_depth_is_one")),
        sa.CheckConstraint(
            "device IN ('', 'syringe', 'meso_gun', 'pen', 'needle_free')",
            name=op.f("ck_injection_site_device_is_known"),
        ),
        sa.CheckConstraint(
            "gauge IS NULL OR device <> 'needle_free'", name=op.f("ck_injection_site_no_needle_without_one")
        ),
        sa.CheckConstraint(
            "layer IN ('', 'epidermis', 'dermis', 'subcutis', 'muscle')",
            name=op.f("ck_injection_site_layer_is_known"),
        ),
        sa.CheckConstraint(
            "points > 0 AND per_point > 0", name=op.f("ck_injection_site_something_was_given")
        ),
        sa.ForeignKeyConstraint(
            ["administration_id"],
            ["administration.id"],
            name=op.f("fk_injection_site_administration_id_administration"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_injection_site_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_injection_site")),
        sa.UniqueConstraint("administration_id", "number", name=op.f("uq_injection_site_administration_id")),
    )
    op.create_table(
        "injection_point",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("x", sa.Integer(), nullable=False),
        sa.Column("y", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "x BETWEEN 0 AND 10000 AND y BETWEEN 0 AND 10000",
            name=op.f("ck_injection_point_lies_on_its_picture"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["injection_site.id"], name=op.f("fk_injection_point_site_id_injection_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_injection_point")),
        sa.UniqueConstraint("site_id", "number", name=op.f("uq_injection_point_site_id")),
    )
    op.create_table(
        "session_pause",
        sa.Column("administration_id", sa.Integer(), nullable=False),
        sa.Column("paused_at", types.UtcDateTime(), nullable=False),
        sa.Column("paused_by_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("resumed_at", types.UtcDateTime(), nullable=True),
        sa.Column("resumed_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(resumed_at IS NULL) = (resumed_by_id IS NULL)", name=op.f("ck_session_pause_somebody_resumed")
        ),
        sa.ForeignKeyConstraint(
            ["administration_id"],
            ["administration.id"],
            name=op.f("fk_session_pause_administration_id_administration"),
        ),
        sa.ForeignKeyConstraint(
            ["paused_by_id"], ["person.id"], name=op.f("fk_session_pause_paused_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["resumed_by_id"], ["person.id"], name=op.f("fk_session_pause_resumed_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_pause")),
    )
    with op.batch_alter_table("session_pause", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_session_pause_administration_id"), ["administration_id"], unique=False
        )
        batch_op.create_index(
            "uq_session_pause_open",
            ["administration_id"],
            unique=True,
            sqlite_where=sa.text("resumed_at IS NULL"),
            postgresql_where=sa.text("resumed_at IS NULL"),
        )
    op.create_table(
        "reaction_kind",
        sa.Column("word", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reaction_kind")),
        sa.UniqueConstraint("word", name=op.f("uq_reaction_kind_word")),
    )
    op.create_table(
        "reaction",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("administration_id", sa.Integer(), nullable=True),
        sa.Column("test_id", sa.Integer(), nullable=True),
        sa.Column("cocktail_id", sa.Integer(), nullable=True),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("treated_at", types.UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("report_number", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('standing', 'withdrawn')", name=op.f("ck_reaction_state_is_known")),
        sa.CheckConstraint(
            "(administration_id IS NULL) <> (test_id IS NULL)", name=op.f("ck_reaction_after_one_treatment")
        ),
        sa.ForeignKeyConstraint(
            ["administration_id"],
            ["administration.id"],
            name=op.f("fk_reaction_administration_id_administration"),
        ),
        sa.ForeignKeyConstraint(
            ["cocktail_id"], ["cocktail.id"], name=op.f("fk_reaction_cocktail_id_cocktail")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_reaction_created_by_id_person")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_reaction_patient_id_patient")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_reaction_site_id_site")),
        sa.ForeignKeyConstraint(["test_id"], ["patch_test.id"], name=op.f("fk_reaction_test_id_patch_test")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reaction")),
        sa.UniqueConstraint("code", name=op.f("uq_reaction_code")),
    )
    with op.batch_alter_table("reaction", schema=None) as batch_op:
        batch_op.create_index("ix_reaction_administration", ["administration_id"], unique=False)
        batch_op.create_index("ix_reaction_cocktail", ["cocktail_id"], unique=False)
        batch_op.create_index("ix_reaction_due", ["site_id", "due_on"], unique=False)
        batch_op.create_index("ix_reaction_patient", ["patient_id", "treated_at"], unique=False)
        batch_op.create_index("ix_reaction_test", ["test_id"], unique=False)
        batch_op.create_index("ix_reaction_treated", ["treated_at", "administration_id"], unique=False)

    op.create_table(
        "reaction_follow_up",
        sa.Column("reaction_id", sa.Integer(), nullable=False),
        sa.Column("report_number", sa.Integer(), nullable=False),
        sa.Column("seen_at", types.UtcDateTime(), nullable=False),
        sa.Column("outcome", sa.String(length=30), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("entered_at", types.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('resolved', 'recovering', 'ongoing', 'resolved_with_sequelae', 'fatal', 'unknown')",
            name=op.f("ck_reaction_follow_up_outcome_is_known"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_reaction_follow_up_by_id_person")),
        sa.ForeignKeyConstraint(
            ["reaction_id"], ["reaction.id"], name=op.f("fk_reaction_follow_up_reaction_id_reaction")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reaction_follow_up")),
    )
    with op.batch_alter_table("reaction_follow_up", schema=None) as batch_op:
        batch_op.create_index("ix_reaction_follow_up_reaction", ["reaction_id", "id"], unique=False)

    op.create_table(
        "reaction_report",
        sa.Column("reaction_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("onset", sa.String(length=10), nullable=False),
        sa.Column("onset_at", types.UtcDateTime(), nullable=True),
        sa.Column("severity", sa.String(length=10), nullable=False),
        sa.Column("outcome", sa.String(length=30), nullable=False),
        sa.Column("serious", sa.String(length=10), nullable=False),
        sa.Column("serious_reason", sa.Text(), nullable=False),
        sa.Column("other", sa.String(length=200), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("reported_by", sa.String(length=20), nullable=False),
        sa.Column("reporter", sa.String(length=120), nullable=False),
        sa.Column("told_at", types.UtcDateTime(), nullable=False),
        sa.Column("late_reason", sa.Text(), nullable=False),
        sa.Column("follow_up_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("entered_at", types.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(onset_at IS NULL) = (onset = 'unknown')", name=op.f("ck_reaction_report_onset_has_its_time")
        ),
        sa.CheckConstraint(
            "number = 1 OR reason <> ''", name=op.f("ck_reaction_report_correction_has_a_reason")
        ),
        sa.CheckConstraint(
            "onset IN ('exact', 'about', 'unknown')", name=op.f("ck_reaction_report_onset_is_known")
        ),
        sa.CheckConstraint(
            "outcome IN ('resolved', 'recovering', 'ongoing', 'resolved_with_sequelae', 'fatal', 'unknown')",
            name=op.f("ck_reaction_report_outcome_is_known"),
        ),
        sa.CheckConstraint(
            "reported_by IN ('patient', 'staff', 'relative', 'clinician', 'other')",
            name=op.f("ck_reaction_report_reported_by_is_known"),
        ),
        sa.CheckConstraint(
            "serious IN ('yes', 'no', 'unknown')", name=op.f("ck_reaction_report_serious_is_known")
        ),
        sa.CheckConstraint(
            "severity IN ('mild', 'moderate', 'severe', 'unknown')",
            name=op.f("ck_reaction_report_severity_is_known"),
        ),
        sa.CheckConstraint(
            "state IN ('standing', 'withdrawn')", name=op.f("ck_reaction_report_state_is_known")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_reaction_report_by_id_person")),
        sa.ForeignKeyConstraint(
            ["reaction_id"], ["reaction.id"], name=op.f("fk_reaction_report_reaction_id_reaction")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reaction_report")),
        sa.UniqueConstraint("reaction_id", "number", name=op.f("uq_reaction_report_reaction_id")),
    )
    op.create_table(
        "reaction_sign",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("kind_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["kind_id"], ["reaction_kind.id"], name=op.f("fk_reaction_sign_kind_id_reaction_kind")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reaction_report.id"], name=op.f("fk_reaction_sign_report_id_reaction_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reaction_sign")),
        sa.UniqueConstraint("report_id", "kind_id", name=op.f("uq_reaction_sign_report_id")),
    )
    with op.batch_alter_table("reaction_sign", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reaction_sign_kind_id"), ["kind_id"], unique=False)
    op.create_table(
        "temperature_reading",
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("taken_at", types.UtcDateTime(), nullable=False),
        sa.Column("tenths", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("late_reason", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("supersedes_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("source IN ('hand', 'file')", name=op.f("ck_temperature_reading_source_is_known")),
        sa.CheckConstraint(
            "supersedes_id IS NULL OR reason <> ''",
            name=op.f("ck_temperature_reading_correction_has_a_reason"),
        ),
        sa.CheckConstraint(
            "tenths BETWEEN -900 AND 800", name=op.f("ck_temperature_reading_tenths_are_plausible")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_temperature_reading_by_id_person")),
        sa.ForeignKeyConstraint(
            ["place_id"], ["place.id"], name=op.f("fk_temperature_reading_place_id_place")
        ),
        sa.ForeignKeyConstraint(
            ["supersedes_id"],
            ["temperature_reading.id"],
            name=op.f("fk_temperature_reading_supersedes_id_temperature_reading"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_temperature_reading")),
    )
    with op.batch_alter_table("temperature_reading", schema=None) as batch_op:
        batch_op.create_index(
            "ix_temperature_reading_place", ["place_id", "taken_at", "id", "tenths"], unique=False
        )
        batch_op.create_index(
            "ix_temperature_reading_tenths", ["place_id", "tenths", "taken_at", "id"], unique=False
        )
        batch_op.create_index(
            "uq_temperature_reading_first",
            ["place_id", "taken_at"],
            unique=True,
            sqlite_where=sa.text("supersedes_id IS NULL"),
            postgresql_where=sa.text("supersedes_id IS NULL"),
        )
        batch_op.create_index("uq_temperature_reading_supersedes", ["supersedes_id"], unique=True)

    op.create_table(
        "temperature_event",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("started_at", types.UtcDateTime(), nullable=False),
        sa.Column("since_at", types.UtcDateTime(), nullable=True),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("extreme_tenths", sa.Integer(), nullable=True),
        sa.Column("low_tenths", sa.Integer(), nullable=False),
        sa.Column("high_tenths", sa.Integer(), nullable=False),
        sa.Column("opened_at", types.UtcDateTime(), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("closed_at", types.UtcDateTime(), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("known_to", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "closed_at IS NULL OR (decision <> '' AND reason <> '')",
            name=op.f("ck_temperature_event_closed_with_a_reason"),
        ),
        sa.CheckConstraint(
            "decision IN ('', 'kept_in_use', 'held', 'wasted_later')",
            name=op.f("ck_temperature_event_decision_is_known"),
        ),
        sa.CheckConstraint(
            "side IN ('cold', 'warm', 'unread')", name=op.f("ck_temperature_event_side_is_known")
        ),
        sa.CheckConstraint(
            "(side = 'unread') = (extreme_tenths IS NULL)",
            name=op.f("ck_temperature_event_extreme_is_known_if_read"),
        ),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["person.id"], name=op.f("fk_temperature_event_closed_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["person.id"], name=op.f("fk_temperature_event_opened_by_id_person")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_temperature_event_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_temperature_event")),
        sa.UniqueConstraint("code", name=op.f("uq_temperature_event_code")),
    )
    with op.batch_alter_table("temperature_event", schema=None) as batch_op:
        batch_op.create_index(
            "ix_temperature_event_open",
            ["place_id", "started_at"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.create_index("uq_temperature_event_start", ["place_id", "started_at", "side"], unique=True)

    op.create_table(
        "transfer",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("to_site_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("why", sa.String(length=40), nullable=False),
        sa.Column("carrier", sa.String(length=120), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("opened_at", types.UtcDateTime(), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=False),
        sa.Column("sent_at", types.UtcDateTime(), nullable=True),
        sa.Column("sent_by_id", sa.Integer(), nullable=True),
        sa.Column("arrived_at", types.UtcDateTime(), nullable=True),
        sa.Column("arrived_by_id", sa.Integer(), nullable=True),
        sa.Column("arrived_at_tenths", sa.Integer(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('packing', 'sent', 'missing', 'arrived', 'lost', 'cancelled')",
            name=op.f("ck_transfer_state_is_known"),
        ),
        sa.CheckConstraint("site_id <> to_site_id", name=op.f("ck_transfer_sites_differ")),
        sa.ForeignKeyConstraint(
            ["arrived_by_id"], ["person.id"], name=op.f("fk_transfer_arrived_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["person.id"], name=op.f("fk_transfer_opened_by_id_person")
        ),
        sa.ForeignKeyConstraint(["sent_by_id"], ["person.id"], name=op.f("fk_transfer_sent_by_id_person")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_transfer_site_id_site")),
        sa.ForeignKeyConstraint(["to_site_id"], ["site.id"], name=op.f("fk_transfer_to_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
        sa.UniqueConstraint("code", name=op.f("uq_transfer_code")),
    )
    with op.batch_alter_table("transfer", schema=None) as batch_op:
        batch_op.create_index("ix_transfer_from", ["site_id", "id"], unique=False)
        batch_op.create_index("ix_transfer_to", ["to_site_id", "id"], unique=False)
        batch_op.create_index(
            "uq_transfer_packing",
            ["site_id", "to_site_id"],
            unique=True,
            sqlite_where=sa.text("state = 'packing'"),
            postgresql_where=sa.text("state = 'packing'"),
        )

    op.create_table(
        "transfer_line",
        sa.Column("transfer_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("vial_id", sa.Integer(), nullable=True),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("quantity", types.Steps(), nullable=False),
        sa.Column("arrived", types.Steps(), nullable=False),
        sa.Column("damaged", types.Steps(), nullable=False),
        sa.Column("lost", types.Steps(), nullable=False),
        sa.Column("taken_out_at", types.UtcDateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "arrived + damaged + lost <= quantity", name=op.f("ck_transfer_line_no_more_than_was_sent")
        ),
        sa.CheckConstraint(
            "arrived >= 0 AND damaged >= 0 AND lost >= 0",
            name=op.f("ck_transfer_line_parts_are_not_negative"),
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_transfer_line_quantity_is_positive")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_transfer_line_lot_id_lot")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_transfer_line_place_id_place")),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["transfer.id"], name=op.f("fk_transfer_line_transfer_id_transfer")
        ),
        sa.ForeignKeyConstraint(["vial_id"], ["vial.id"], name=op.f("fk_transfer_line_vial_id_vial")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_line")),
    )
    with op.batch_alter_table("transfer_line", schema=None) as batch_op:
        batch_op.create_index("ix_transfer_line_lot", ["lot_id", "transfer_id"], unique=False)
        batch_op.create_index("ix_transfer_line_transfer", ["transfer_id", "id"], unique=False)

    op.create_table(
        "supplier_return",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("vial_id", sa.Integer(), nullable=True),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=True),
        sa.Column("quantity", types.Steps(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("supplier", sa.String(length=120), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("minor", types.Steps(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(minor IS NULL) = (currency = '')", name=op.f("ck_supplier_return_credit_has_a_currency")
        ),
        sa.CheckConstraint("minor >= 0", name=op.f("ck_supplier_return_minor_is_not_negative")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_supplier_return_quantity_is_positive")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_supplier_return_by_id_person")),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_supplier_return_delivery_id_delivery")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_supplier_return_lot_id_lot")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_supplier_return_place_id_place")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_supplier_return_site_id_site")),
        sa.ForeignKeyConstraint(["vial_id"], ["vial.id"], name=op.f("fk_supplier_return_vial_id_vial")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_return")),
        sa.UniqueConstraint("code", name=op.f("uq_supplier_return_code")),
    )
    with op.batch_alter_table("supplier_return", schema=None) as batch_op:
        batch_op.create_index("ix_supplier_return_lot", ["lot_id", "id"], unique=False)
        batch_op.create_index("ix_supplier_return_site", ["site_id", "id"], unique=False)

    op.create_table(
        "lot_alias",
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("normalised", sa.String(length=20), nullable=False),
        sa.Column("near", sa.String(length=20), nullable=False),
        sa.Column("corrected_to", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_lot_alias_by_id_person")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_lot_alias_lot_id_lot")),
        sa.ForeignKeyConstraint(["second_id"], ["person.id"], name=op.f("fk_lot_alias_second_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_alias")),
    )
    with op.batch_alter_table("lot_alias", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lot_alias_lot_id"), ["lot_id"], unique=False)
        batch_op.create_index("ix_lot_alias_near", ["near", "lot_id"], unique=False)
        batch_op.create_index("ix_lot_alias_normalised", ["normalised", "lot_id"], unique=False)

    op.create_table(
        "lot_document",
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("media", sa.String(length=20), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_lot_document_size_is_positive")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_lot_document_by_id_person")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_lot_document_lot_id_lot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_document")),
    )
    with op.batch_alter_table("lot_document", schema=None) as batch_op:
        batch_op.create_index("uq_lot_document_content", ["lot_id", "sha256"], unique=True)

    op.create_table(
        "waste_stream",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("goes_in", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_waste_stream_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waste_stream")),
        sa.UniqueConstraint("site_id", "name", name=op.f("uq_waste_stream_site_id")),
    )
    op.create_table(
        "disposal",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("stream_id", sa.Integer(), nullable=True),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("taken_by", sa.String(length=120), nullable=False),
        sa.Column("reference", sa.String(length=60), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("witness_id", sa.Integer(), nullable=True),
        sa.Column("self_checked", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_disposal_by_id_person")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_disposal_site_id_site")),
        sa.ForeignKeyConstraint(
            ["stream_id"], ["waste_stream.id"], name=op.f("fk_disposal_stream_id_waste_stream")
        ),
        sa.ForeignKeyConstraint(["witness_id"], ["person.id"], name=op.f("fk_disposal_witness_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposal")),
        sa.UniqueConstraint("code", name=op.f("uq_disposal_code")),
    )
    with op.batch_alter_table("disposal", schema=None) as batch_op:
        batch_op.create_index("ix_disposal_site", ["site_id", "id"], unique=False)

    op.create_table(
        "wasted",
        sa.Column("movement_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("container", sa.String(length=20), nullable=False),
        sa.Column("stream_id", sa.Integer(), nullable=True),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("witness_id", sa.Integer(), nullable=True),
        sa.Column("self_checked", sa.Boolean(), nullable=False),
        sa.Column("disposal_id", sa.Integer(), nullable=True),
        sa.Column("is_undone", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "container IN ('closed', 'open', 'prepared')", name=op.f("ck_wasted_container_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["disposal_id"], ["disposal.id"], name=op.f("fk_wasted_disposal_id_disposal")
        ),
        sa.ForeignKeyConstraint(
            ["movement_id"], ["movement.id"], name=op.f("fk_wasted_movement_id_movement")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_wasted_site_id_site")),
        sa.ForeignKeyConstraint(
            ["stream_id"], ["waste_stream.id"], name=op.f("fk_wasted_stream_id_waste_stream")
        ),
        sa.ForeignKeyConstraint(["witness_id"], ["person.id"], name=op.f("fk_wasted_witness_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wasted")),
        sa.UniqueConstraint("movement_id", name=op.f("uq_wasted_movement_id")),
    )
    with op.batch_alter_table("wasted", schema=None) as batch_op:
        batch_op.create_index("ix_wasted_disposal", ["disposal_id"], unique=False)
        batch_op.create_index("ix_wasted_site", ["site_id", "at"], unique=False)
        batch_op.create_index(
            "ix_wasted_waiting",
            ["site_id", "stream_id"],
            unique=False,
            sqlite_where=sa.text("disposal_id IS NULL AND NOT is_undone"),
            postgresql_where=sa.text("disposal_id IS NULL AND NOT is_undone"),
        )

    op.create_table(
        "kept_less",
        sa.Column("reservation_id", sa.Integer(), nullable=False),
        sa.Column("movement_id", sa.Integer(), nullable=False),
        sa.Column("quantity", types.Steps(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["movement_id"], ["movement.id"], name=op.f("fk_kept_less_movement_id_movement")
        ),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservation.id"], name=op.f("fk_kept_less_reservation_id_reservation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_less")),
    )
    with op.batch_alter_table("kept_less", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kept_less_movement_id"), ["movement_id"], unique=False)

    op.create_table(
        "undone_act",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_undone_act_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_undone_act")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_undone_act_entry_id")),
    )

    op.create_table(
        "recall_case",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("is_drill", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("source_kind", sa.String(length=12), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("recall_class", sa.String(length=4), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("level", sa.String(length=1), nullable=False),
        sa.Column("level_percent", sa.Integer(), nullable=True),
        sa.Column("tolerance", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(level = 'B') = (level_percent IS NOT NULL)", name=op.f("ck_recall_case_level_b_has_a_share")
        ),
        sa.CheckConstraint("level IN ('A', 'B', 'C', 'D', 'E')", name=op.f("ck_recall_case_level_is_known")),
        sa.CheckConstraint(
            "recall_class IN ('I', 'II', 'III', 'none')", name=op.f("ck_recall_case_recall_class_is_known")
        ),
        sa.CheckConstraint(
            "source_kind IN ('maker', 'authority', 'supplier', 'own')",
            name=op.f("ck_recall_case_source_kind_is_known"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'open', 'contained', 'notified', 'reconciled', 'closed')",
            name=op.f("ck_recall_case_state_is_known"),
        ),
        sa.CheckConstraint(
            "tolerance >= 0 AND tolerance <= 1000", name=op.f("ck_recall_case_tolerance_is_a_share")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_recall_case_created_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_case")),
        sa.UniqueConstraint("code", name=op.f("uq_recall_case_code")),
    )
    with op.batch_alter_table("recall_case", schema=None) as batch_op:
        batch_op.create_index("ix_recall_case_drill", ["is_drill", "id"], unique=False)

    op.create_table(
        "recall_contact",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "channel IN ('telephone', 'letter', 'email', 'message', 'in_person')",
            name=op.f("ck_recall_contact_channel_is_known"),
        ),
        sa.CheckConstraint(
            "outcome IN ('tried', 'reached', 'refused', 'unreachable', 'referred')",
            name=op.f("ck_recall_contact_outcome_is_known"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_recall_contact_by_id_person")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["recall_case.id"], name=op.f("fk_recall_contact_case_id_recall_case")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_recall_contact_patient_id_patient")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_contact")),
    )
    with op.batch_alter_table("recall_contact", schema=None) as batch_op:
        batch_op.create_index("ix_recall_contact_case", ["case_id", "patient_id", "id"], unique=False)

    op.create_table(
        "recall_event",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("told", types.CanonicalJson(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_recall_event_by_id_person")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["recall_case.id"], name=op.f("fk_recall_event_case_id_recall_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_event")),
    )
    with op.batch_alter_table("recall_event", schema=None) as batch_op:
        batch_op.create_index("ix_recall_event_case", ["case_id", "id"], unique=False)
        batch_op.create_index("ix_recall_event_kind", ["kind", "id"], unique=False)

    op.create_table(
        "recall_document",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("media", sa.String(length=20), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_recall_document_size_is_positive")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_recall_document_by_id_person")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["recall_case.id"], name=op.f("fk_recall_document_case_id_recall_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_document")),
    )
    with op.batch_alter_table("recall_document", schema=None) as batch_op:
        batch_op.create_index("uq_recall_document_content", ["case_id", "sha256"], unique=True)

    op.create_table(
        "recall_explanation",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("unaccounted", types.Steps(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_recall_explanation_by_id_person")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["recall_case.id"], name=op.f("fk_recall_explanation_case_id_recall_case")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_recall_explanation_lot_id_lot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_explanation")),
    )
    with op.batch_alter_table("recall_explanation", schema=None) as batch_op:
        batch_op.create_index("ix_recall_explanation_case", ["case_id", "lot_id", "id"], unique=False)

    op.create_table(
        "recall_hold",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=True),
        sa.Column("hold_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["recall_case.id"], name=op.f("fk_recall_hold_case_id_recall_case")
        ),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"], name=op.f("fk_recall_hold_hold_id_hold")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_recall_hold_lot_id_lot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_hold")),
        sa.UniqueConstraint("hold_id", name=op.f("uq_recall_hold_hold_id")),
    )
    with op.batch_alter_table("recall_hold", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recall_hold_case_id"), ["case_id"], unique=False)

    op.create_table(
        "recall_scope",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("near", sa.String(length=60), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("expires_from", sa.Date(), nullable=True),
        sa.Column("expires_to", sa.Date(), nullable=True),
        sa.Column("supplier", sa.String(length=120), nullable=False),
        sa.Column("note_number", sa.String(length=60), nullable=False),
        sa.Column("serials", sa.Text(), nullable=False),
        sa.Column("diluent", sa.String(length=60), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("preparer_id", sa.Integer(), nullable=True),
        sa.Column("formula_version_id", sa.Integer(), nullable=True),
        sa.Column("from_at", types.UtcDateTime(), nullable=True),
        sa.Column("to_at", types.UtcDateTime(), nullable=True),
        sa.Column("added_at", types.UtcDateTime(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["person.id"], name=op.f("fk_recall_scope_added_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["recall_case.id"], name=op.f("fk_recall_scope_case_id_recall_case")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_recall_scope_product_id_product")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_recall_scope_place_id_place")),
        sa.ForeignKeyConstraint(
            ["preparer_id"], ["person.id"], name=op.f("fk_recall_scope_preparer_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["formula_version_id"],
            ["formula_version.id"],
            name=op.f("fk_recall_scope_formula_version_id_formula_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_scope")),
    )
    with op.batch_alter_table("recall_scope", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recall_scope_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_recall_scope_near", ["near", "product_id"], unique=False)

    op.create_table(
        "recall_listed",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("use", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=True),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("ref", sa.String(length=20), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("quantity", types.Steps(), nullable=True),
        sa.Column("grade", sa.String(length=12), nullable=False),
        sa.Column("is_added", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "use IN ('given', 'tested', 'untold_test', 'untold_use')",
            name=op.f("ck_recall_listed_use_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["recall_case.id"], name=op.f("fk_recall_listed_case_id_recall_case")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["recall_event.id"], name=op.f("fk_recall_listed_event_id_recall_event")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_recall_listed_lot_id_lot")),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_recall_listed_patient_id_patient")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_recall_listed_product_id_product")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_listed")),
        sa.UniqueConstraint("case_id", "key", name=op.f("uq_recall_listed_case_id")),
    )
    with op.batch_alter_table("recall_listed", schema=None) as batch_op:
        batch_op.create_index("ix_recall_listed_patient", ["case_id", "patient_id"], unique=False)

    op.create_table(
        "recall_lot",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(length=10), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("decided_at", types.UtcDateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_why", sa.Text(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "decision IN ('in', 'out', 'proposed')", name=op.f("ck_recall_lot_decision_is_known")
        ),
        sa.CheckConstraint(
            "how IN ('exact', 'shared', 'near', 'rule', 'untold')", name=op.f("ck_recall_lot_how_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["recall_case.id"], name=op.f("fk_recall_lot_case_id_recall_case")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_recall_lot_decided_by_id_person")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_recall_lot_lot_id_lot")),
        sa.ForeignKeyConstraint(
            ["scope_id"], ["recall_scope.id"], name=op.f("fk_recall_lot_scope_id_recall_scope")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_lot")),
        sa.UniqueConstraint("case_id", "lot_id", name=op.f("uq_recall_lot_case_id")),
    )
    with op.batch_alter_table("recall_lot", schema=None) as batch_op:
        batch_op.create_index("ix_recall_lot_lot", ["lot_id"], unique=False)

    op.create_table(
        "recall_stopped",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("bucket", sa.String(length=1), nullable=False),
        sa.Column("ref", sa.String(length=60), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=True),
        sa.Column("quantity", types.Steps(), nullable=True),
        sa.Column("patients", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["recall_case.id"], name=op.f("fk_recall_stopped_case_id_recall_case")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["recall_event.id"], name=op.f("fk_recall_stopped_event_id_recall_event")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_recall_stopped_lot_id_lot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_stopped")),
    )
    with op.batch_alter_table("recall_stopped", schema=None) as batch_op:
        batch_op.create_index("ix_recall_stopped_case", ["case_id", "event_id"], unique=False)

    op.create_table(
        "care_topic",
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("untimed", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_topic")),
        sa.UniqueConstraint("word", name=op.f("uq_care_topic_word")),
    )
    op.create_table(
        "care_statement",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("least", sa.Integer(), nullable=True),
        sa.Column("most", sa.Integer(), nullable=True),
        sa.Column("unit", sa.String(length=10), nullable=False),
        sa.Column("lifted", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "unit IN ('hours', 'days', 'months')", name=op.f("ck_care_statement_unit_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["care_topic.id"], name=op.f("fk_care_statement_topic_id_care_topic")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_statement")),
        sa.UniqueConstraint("number", name=op.f("uq_care_statement_number")),
    )
    with op.batch_alter_table("care_statement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_care_statement_topic_id"), ["topic_id"], unique=False)

    op.create_table(
        "care_decision",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("choice", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("unit", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(choice = 'own') = (number IS NOT NULL)", name=op.f("ck_care_decision_own_time_is_given")
        ),
        sa.CheckConstraint(
            "choice IN ('strictest', 'own', 'left_out')", name=op.f("ck_care_decision_choice_is_known")
        ),
        sa.CheckConstraint(
            "unit IN ('hours', 'days', 'months')", name=op.f("ck_care_decision_unit_is_known")
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_care_decision_time_is_positive")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_care_decision_by_id_person")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_care_decision_site_id_site")),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["care_topic.id"], name=op.f("fk_care_decision_topic_id_care_topic")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_decision")),
    )
    with op.batch_alter_table("care_decision", schema=None) as batch_op:
        batch_op.create_index("ix_care_decision_site", ["site_id", "topic_id"], unique=False)

    op.create_table(
        "protocol",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("indication", sa.String(length=20), nullable=False),
        sa.Column("sessions_low", sa.Integer(), nullable=True),
        sa.Column("sessions_high", sa.Integer(), nullable=True),
        sa.Column("least", sa.Integer(), nullable=True),
        sa.Column("most", sa.Integer(), nullable=True),
        sa.Column("unit", sa.String(length=10), nullable=False),
        sa.Column("later_least", sa.Integer(), nullable=True),
        sa.Column("later_most", sa.Integer(), nullable=True),
        sa.Column("later_unit", sa.String(length=10), nullable=False),
        sa.Column("later_when", sa.String(length=120), nullable=False),
        sa.Column("upkeep_least", sa.Integer(), nullable=True),
        sa.Column("upkeep_most", sa.Integer(), nullable=True),
        sa.Column("upkeep_unit", sa.String(length=10), nullable=False),
        sa.Column("evidence", sa.String(length=160), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("written_at", types.UtcDateTime(), nullable=True),
        sa.Column("is_retired", sa.Boolean(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "indication IN ('wrinkles', 'pigmentation', 'cellulite', 'laxity', 'hair_loss', 'scars', 'hydration', 'fat', 'pain')",
            name=op.f("ck_protocol_indication_is_known"),
        ),
        sa.CheckConstraint("later_unit IN ('days', 'months')", name=op.f("ck_protocol_later_unit_is_known")),
        sa.CheckConstraint("unit IN ('days', 'months')", name=op.f("ck_protocol_unit_is_known")),
        sa.CheckConstraint(
            "upkeep_unit IN ('days', 'months')", name=op.f("ck_protocol_upkeep_unit_is_known")
        ),
        sa.CheckConstraint("most IS NULL OR least <= most", name=op.f("ck_protocol_interval_in_order")),
        sa.CheckConstraint(
            "sessions_high IS NULL OR sessions_low <= sessions_high",
            name=op.f("ck_protocol_sessions_in_order"),
        ),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_protocol_author_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_protocol")),
        sa.UniqueConstraint("name", name=op.f("uq_protocol_name")),
    )
    op.create_table(
        "course",
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("protocol_id", sa.Integer(), nullable=False),
        sa.Column("sessions", sa.Integer(), nullable=True),
        sa.Column("session_price", types.Steps(), nullable=True),
        sa.Column("course_price", types.Steps(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("opened_at", types.UtcDateTime(), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_why", sa.Text(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "currency <> '' OR (session_price IS NULL AND course_price IS NULL)",
            name=op.f("ck_course_prices_have_a_currency"),
        ),
        sa.CheckConstraint(
            "session_price >= 0 AND course_price >= 0", name=op.f("ck_course_prices_are_not_negative")
        ),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name=op.f("fk_course_ended_by_id_person")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["person.id"], name=op.f("fk_course_opened_by_id_person")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_course_patient_id_patient")),
        sa.ForeignKeyConstraint(
            ["protocol_id"], ["protocol.id"], name=op.f("fk_course_protocol_id_protocol")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_course_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
    )
    with op.batch_alter_table("course", schema=None) as batch_op:
        batch_op.create_index("ix_course_patient", ["patient_id", "opened_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_course_protocol_id"), ["protocol_id"], unique=False)
        batch_op.create_index("ix_course_site", ["site_id", "ended_at"], unique=False)

    op.create_table(
        "appointment",
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", types.UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("what", sa.String(length=120), nullable=False),
        sa.Column("early_why", sa.Text(), nullable=False),
        sa.Column("moved_from_id", sa.Integer(), nullable=True),
        sa.Column("booked_at", types.UtcDateTime(), nullable=False),
        sa.Column("booked_by_id", sa.Integer(), nullable=False),
        sa.Column("closed_at", types.UtcDateTime(), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("closed_why", sa.Text(), nullable=False),
        sa.Column("kept_ref", sa.String(length=40), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('booked', 'moved', 'kept', 'no_show', 'cancelled')",
            name=op.f("ck_appointment_state_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["booked_by_id"], ["person.id"], name=op.f("fk_appointment_booked_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["person.id"], name=op.f("fk_appointment_closed_by_id_person")
        ),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_appointment_course_id_course")),
        sa.ForeignKeyConstraint(
            ["moved_from_id"], ["appointment.id"], name=op.f("fk_appointment_moved_from_id_appointment")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_appointment_patient_id_patient")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_appointment_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
        sa.UniqueConstraint("moved_from_id", name=op.f("uq_appointment_moved_from_id")),
    )
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.create_index("ix_appointment_course", ["course_id", "state"], unique=False)
        batch_op.create_index("ix_appointment_day", ["site_id", "starts_at"], unique=False)
        batch_op.create_index("ix_appointment_patient", ["patient_id", "starts_at"], unique=False)

    op.create_table(
        "course_entry",
        sa.Column("cocktail_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_course_entry_by_id_person")),
        sa.ForeignKeyConstraint(
            ["cocktail_id"], ["cocktail.id"], name=op.f("fk_course_entry_cocktail_id_cocktail")
        ),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_entry_course_id_course")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_entry")),
    )
    with op.batch_alter_table("course_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_course_entry_cocktail_id"), ["cocktail_id"], unique=False)
        batch_op.create_index("ix_course_entry_course", ["course_id", "cocktail_id"], unique=False)

    op.create_table(
        "care_sheet",
        sa.Column("administration_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=16), nullable=False),
        sa.Column("counted_from", types.UtcDateTime(), nullable=False),
        sa.Column("lines", types.CanonicalJson(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["administration_id"],
            ["administration.id"],
            name=op.f("fk_care_sheet_administration_id_administration"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_care_sheet_by_id_person")),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_care_sheet_patient_id_patient")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_sheet")),
    )
    with op.batch_alter_table("care_sheet", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_care_sheet_patient_id"), ["patient_id"], unique=False)
        batch_op.create_index("ix_care_sheet_session", ["administration_id", "at"], unique=False)

    op.create_table(
        "amendment",
        sa.Column("cocktail_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_amendment_by_id_person")),
        sa.ForeignKeyConstraint(
            ["cocktail_id"], ["cocktail.id"], name=op.f("fk_amendment_cocktail_id_cocktail")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendment")),
    )
    with op.batch_alter_table("amendment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_amendment_cocktail_id"), ["cocktail_id"], unique=False)

    op.create_table(
        "after_record",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("cocktail_id", sa.Integer(), nullable=False),
        sa.Column("administration_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("done_at", types.UtcDateTime(), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=False),
        sa.Column("prepared_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("indication", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("then", types.CanonicalJson(), nullable=False),
        sa.Column("now", types.CanonicalJson(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('recorded_late', 'emergency')", name=op.f("ck_after_record_kind_is_known")
        ),
        sa.CheckConstraint("done_at <= recorded_at", name=op.f("ck_after_record_done_before_recorded")),
        sa.CheckConstraint(
            "(kind = 'emergency') = (indication <> '')",
            name=op.f("ck_after_record_emergency_has_its_indication"),
        ),
        sa.ForeignKeyConstraint(
            ["administration_id"],
            ["administration.id"],
            name=op.f("fk_after_record_administration_id_administration"),
        ),
        sa.ForeignKeyConstraint(
            ["cocktail_id"], ["cocktail.id"], name=op.f("fk_after_record_cocktail_id_cocktail")
        ),
        sa.ForeignKeyConstraint(
            ["given_by_id"], ["person.id"], name=op.f("fk_after_record_given_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_after_record_patient_id_patient")
        ),
        sa.ForeignKeyConstraint(
            ["prepared_by_id"], ["person.id"], name=op.f("fk_after_record_prepared_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_after_record_recorded_by_id_person")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_after_record_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_after_record")),
        sa.UniqueConstraint("administration_id", name=op.f("uq_after_record_administration_id")),
        sa.UniqueConstraint("cocktail_id", name=op.f("uq_after_record_cocktail_id")),
    )
    with op.batch_alter_table("after_record", schema=None) as batch_op:
        batch_op.create_index("ix_after_record_patient", ["patient_id"], unique=False)
        batch_op.create_index("ix_after_record_site", ["site_id", "kind", "recorded_at"], unique=False)

    op.create_table(
        "after_signature",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("self_checked", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_after_signature_by_id_person")),
        sa.ForeignKeyConstraint(
            ["record_id"], ["after_record.id"], name=op.f("fk_after_signature_record_id_after_record")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_after_signature")),
        sa.UniqueConstraint("record_id", name=op.f("uq_after_signature_record_id")),
    )

    op.create_table(
        "drill_result",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("chosen", sa.String(length=10), nullable=False),
        sa.Column("list_ms", sa.Integer(), nullable=False),
        sa.Column("contain_ms", sa.Integer(), nullable=False),
        sa.Column("patients", sa.Integer(), nullable=False),
        sa.Column("named", sa.Integer(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("received", types.Steps(), nullable=False),
        sa.Column("unaccounted", types.Steps(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "chosen IN ('by_hand', 'by_chance')", name=op.f("ck_drill_result_chosen_is_known")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_drill_result_by_id_person")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["recall_case.id"], name=op.f("fk_drill_result_case_id_recall_case")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_drill_result_lot_id_lot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drill_result")),
        sa.UniqueConstraint("case_id", name=op.f("uq_drill_result_case_id")),
    )

    op.create_table(
        "recall_notice",
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("decided_version", sa.Integer(), nullable=True),
        sa.Column("decided_at", types.UtcDateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_why", sa.Text(), nullable=False),
        sa.Column("decided_lots", types.CanonicalJson(), nullable=True),
        sa.Column("came_at", types.UtcDateTime(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("plain", sa.Text(), nullable=False),
        sa.Column("spans", types.CanonicalJson(), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("first_at", types.UtcDateTime(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "decision IN ('open', 'case', 'not_ours')", name=op.f("ck_recall_notice_decision_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["recall_case.id"], name=op.f("fk_recall_notice_case_id_recall_case")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_recall_notice_decided_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_notice")),
        sa.UniqueConstraint("source", "number", name=op.f("uq_recall_notice_source")),
    )
    with op.batch_alter_table("recall_notice", schema=None) as batch_op:
        for name, column in (("came", "came_at"), ("spans", "spans")):
            where = sa.text(f"{column} IS NOT NULL")
            batch_op.create_index(
                f"ix_recall_notice_{name}", ["id"], unique=False, sqlite_where=where, postgresql_where=where
            )

    op.create_table(
        "notice_version",
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("record", types.CanonicalJson(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("changed", types.CanonicalJson(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("by_name", sa.String(length=120), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["recall_notice.id"], name=op.f("fk_notice_version_notice_id_recall_notice")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_version")),
        sa.UniqueConstraint("notice_id", "version", name=op.f("uq_notice_version_notice_id")),
    )

    op.create_table(
        "notice_lot",
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_notice_lot_lot_id_lot")),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["recall_notice.id"], name=op.f("fk_notice_lot_notice_id_recall_notice")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_lot")),
        sa.UniqueConstraint("lot_id", "notice_id", name=op.f("uq_notice_lot_lot_id")),
    )
    with op.batch_alter_table("notice_lot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_lot_notice_id"), ["notice_id"], unique=False)

    op.create_table(
        "article_topic",
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("taken_up", sa.Text(), nullable=False),
        sa.Column("page", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_topic")),
        sa.UniqueConstraint("word", name=op.f("uq_article_topic_word")),
    )
    op.create_table(
        "article_statement",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("article", sa.String(length=10), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["article_topic.id"], name=op.f("fk_article_statement_topic_id_article_topic")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_statement")),
        sa.UniqueConstraint("number", name=op.f("uq_article_statement_number")),
    )
    with op.batch_alter_table("article_statement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_article_statement_topic_id"), ["topic_id"], unique=False)

    op.create_table(
        "medicine_kind",
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sort", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "sort IN ('medicine', 'supplement', 'on the skin', 'other')",
            name=op.f("ck_medicine_kind_sort_is_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_medicine_kind")),
        sa.UniqueConstraint("word", name=op.f("uq_medicine_kind_word")),
    )
    op.create_table(
        "washout_statement",
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("kind_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.String(length=20), nullable=False),
        sa.Column("effect", sa.String(length=10), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("least", sa.Integer(), nullable=True),
        sa.Column("most", sa.Integer(), nullable=True),
        sa.Column("unit", sa.String(length=10), nullable=False),
        sa.Column("lifted", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("confidence", sa.String(length=10), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "before IN ('mesotherapy', 'prick', 'intradermal', 'patch')",
            name=op.f("ck_washout_statement_before_is_known"),
        ),
        sa.CheckConstraint(
            "effect IN ('avoid', 'hides', 'ask')", name=op.f("ck_washout_statement_effect_is_known")
        ),
        sa.CheckConstraint(
            "unit IN ('hours', 'days', 'months')", name=op.f("ck_washout_statement_unit_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["kind_id"], ["medicine_kind.id"], name=op.f("fk_washout_statement_kind_id_medicine_kind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_washout_statement")),
        sa.UniqueConstraint("number", name=op.f("uq_washout_statement_number")),
    )
    with op.batch_alter_table("washout_statement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_washout_statement_kind_id"), ["kind_id"], unique=False)

    op.create_table(
        "washout_decision",
        sa.Column("kind_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.String(length=20), nullable=False),
        sa.Column("least", sa.Integer(), nullable=True),
        sa.Column("unit", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", types.UtcDateTime(), nullable=False),
        sa.Column("approver_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", types.UtcDateTime(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "before IN ('mesotherapy', 'prick', 'intradermal', 'patch')",
            name=op.f("ck_washout_decision_before_is_known"),
        ),
        sa.CheckConstraint(
            "unit IN ('hours', 'days', 'months')", name=op.f("ck_washout_decision_unit_is_known")
        ),
        sa.CheckConstraint(
            "status IN ('proposed', 'approved', 'superseded', 'withdrawn')",
            name=op.f("ck_washout_decision_status_is_known"),
        ),
        sa.CheckConstraint("least > 0", name=op.f("ck_washout_decision_some_time")),
        sa.ForeignKeyConstraint(
            ["approver_id"], ["person.id"], name=op.f("fk_washout_decision_approver_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_washout_decision_author_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["kind_id"], ["medicine_kind.id"], name=op.f("fk_washout_decision_kind_id_medicine_kind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_washout_decision")),
        sa.UniqueConstraint("kind_id", "before", "version", name=op.f("uq_washout_decision_kind_id")),
    )
    with op.batch_alter_table("washout_decision", schema=None) as batch_op:
        for status in ("proposed", "approved"):
            batch_op.create_index(
                f"ix_washout_decision_{status}",
                ["kind_id", "before"],
                unique=True,
                sqlite_where=sa.text(f"status = '{status}'"),
                postgresql_where=sa.text(f"status = '{status}'"),
            )
        batch_op.create_index(batch_op.f("ix_washout_decision_kind_id"), ["kind_id"], unique=False)

    op.create_table(
        "patient_medicine",
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("said", sa.String(length=10), nullable=False),
        sa.Column("kind_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("choice", sa.String(length=10), nullable=False),
        sa.Column("taking", sa.String(length=10), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("last_taken_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "said IN ('takes', 'none', 'complete', 'mistake')", name=op.f("ck_patient_medicine_said_is_known")
        ),
        sa.CheckConstraint(
            "taking IN ('', 'still', 'stopped', 'unknown')", name=op.f("ck_patient_medicine_taking_is_known")
        ),
        sa.CheckConstraint(
            "choice IN ('', 'prescribed', 'own', 'unknown')",
            name=op.f("ck_patient_medicine_choice_is_known"),
        ),
        sa.CheckConstraint(
            "(said = 'takes') = (taking <> '')", name=op.f("ck_patient_medicine_taking_is_said")
        ),
        sa.CheckConstraint(
            "(said = 'takes') = (choice <> '')", name=op.f("ck_patient_medicine_choice_is_said")
        ),
        sa.CheckConstraint(
            "(taking = 'stopped') = (last_taken_on IS NOT NULL)",
            name=op.f("ck_patient_medicine_last_day_is_said"),
        ),
        sa.CheckConstraint("started_on <= last_taken_on", name=op.f("ck_patient_medicine_days_in_order")),
        sa.CheckConstraint(
            "closed_on IS NULL OR (said = 'takes' AND kind_id IS NULL AND remark <> '')",
            name=op.f("ck_patient_medicine_closed_in_words_with_a_reason"),
        ),
        sa.CheckConstraint(
            "said <> 'mistake' OR replaces_id IS NOT NULL", name=op.f("ck_patient_medicine_mistake_of_a_row")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_patient_medicine_by_id_person")),
        sa.ForeignKeyConstraint(
            ["kind_id"], ["medicine_kind.id"], name=op.f("fk_patient_medicine_kind_id_medicine_kind")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_patient_medicine_patient_id_patient")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"],
            ["patient_medicine.id"],
            name=op.f("fk_patient_medicine_replaces_id_patient_medicine"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_medicine")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_patient_medicine_replaces_id")),
    )
    with op.batch_alter_table("patient_medicine", schema=None) as batch_op:
        batch_op.create_index("ix_patient_medicine_patient", ["patient_id", "said", "at"], unique=False)

    for table in APPEND_ONLY:
        for statement in append_only.statements(op.get_bind().dialect.name, table):
            op.execute(statement)
    edition = op.create_table(
        "catalogue_edition",
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_edition")),
    )
    op.bulk_insert(edition, [{"id": 1, "token": token_hex(16)}])
    for table in TOLD_TO_THE_RULES:
        for statement in renewing.statements(op.get_bind().dialect.name, table, "catalogue_edition"):
            op.execute(statement)
