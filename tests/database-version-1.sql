-- A database as Kyket wrote it at version 1 of its tables: three stories, two of them one text.
-- Kept as it was, so that the program of today proves that it opens what the program of then wrote.
PRAGMA application_id = 1266248564;
PRAGMA user_version = 1;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE TABLE outlets (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    domain TEXT NOT NULL,
    home TEXT,
    kind TEXT,
    family TEXT,
    province TEXT,
    enabled INTEGER NOT NULL DEFAULT 1,
    first_seen TEXT NOT NULL
);
CREATE TABLE sources (
    id TEXT PRIMARY KEY,
    outlet TEXT NOT NULL REFERENCES outlets(id),
    kind TEXT NOT NULL,
    url TEXT NOT NULL,
    label TEXT,
    seen INTEGER NOT NULL DEFAULT 0,
    enabled INTEGER NOT NULL DEFAULT 1,
    etag TEXT,
    last_modified TEXT,
    content_hash TEXT,
    validators_agreed INTEGER NOT NULL DEFAULT 0,
    validators_lied_at TEXT,
    checked_at TEXT,
    changed_at TEXT,
    new_at TEXT,
    next_check TEXT,
    failures INTEGER NOT NULL DEFAULT 0,
    ttl_minutes REAL,
    swept_to TEXT,
    state TEXT NOT NULL DEFAULT 'unverified',
    state_since TEXT,
    state_why TEXT
);
CREATE INDEX sources_outlet ON sources(outlet);
CREATE INDEX sources_next_check ON sources(next_check);
CREATE TABLE hosts (
    host TEXT PRIMARY KEY,
    robots TEXT,
    robots_status INTEGER,
    robots_fetched_at TEXT,
    robots_expires_at TEXT,
    crawl_delay REAL,
    next_request_at REAL NOT NULL DEFAULT 0,
    not_before REAL NOT NULL DEFAULT 0,
    not_before_why TEXT,
    holder TEXT,
    holder_until REAL
);
CREATE TABLE crawls (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    command TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'running',
    finish_reason TEXT,
    outlets TEXT NOT NULL DEFAULT '[]',
    options TEXT NOT NULL DEFAULT '{}',
    replay INTEGER NOT NULL DEFAULT 0,
    funnel TEXT NOT NULL DEFAULT '{}',
    errors INTEGER NOT NULL DEFAULT 0,
    pid INTEGER,
    version TEXT
);
CREATE TABLE urls (
    url TEXT PRIMARY KEY,
    outlet TEXT,
    source TEXT,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    outcome TEXT NOT NULL DEFAULT 'pending',
    why TEXT,
    visited_at TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_try TEXT,
    title TEXT,
    summary TEXT,
    published TEXT,
    published_raw TEXT,
    published_from TEXT,
    story INTEGER REFERENCES stories(id),
    alias_of TEXT,
    crawl INTEGER REFERENCES crawls(id)
);
CREATE INDEX urls_crawl ON urls(crawl);
CREATE INDEX urls_todo ON urls(outlet, next_try) WHERE next_try IS NOT NULL;
CREATE INDEX urls_outcome ON urls(outcome);
CREATE INDEX urls_outlet_first_seen ON urls(outlet, first_seen);
CREATE INDEX urls_story ON urls(story) WHERE story IS NOT NULL;
CREATE TABLE visits (
    id INTEGER PRIMARY KEY,
    crawl INTEGER REFERENCES crawls(id),
    url TEXT NOT NULL REFERENCES urls(url),
    outcome TEXT NOT NULL,
    why TEXT,
    at TEXT NOT NULL,
    status INTEGER
);
CREATE INDEX visits_crawl ON visits(crawl, outcome);
CREATE INDEX visits_url ON visits(url);
CREATE TABLE sightings (
    source TEXT NOT NULL,
    url TEXT NOT NULL,
    first TEXT NOT NULL,
    last TEXT NOT NULL,
    PRIMARY KEY (source, url)
) WITHOUT ROWID;
CREATE INDEX sightings_url ON sightings(url);
CREATE TABLE polls (
    id INTEGER PRIMARY KEY,
    crawl INTEGER REFERENCES crawls(id),
    source TEXT NOT NULL REFERENCES sources(id),
    url TEXT NOT NULL,
    at TEXT NOT NULL,
    outcome TEXT NOT NULL,
    why TEXT,
    status INTEGER,
    links INTEGER NOT NULL DEFAULT 0,
    known INTEGER NOT NULL DEFAULT 0,
    new INTEGER NOT NULL DEFAULT 0,
    off_pattern INTEGER NOT NULL DEFAULT 0,
    newest TEXT,
    content_hash TEXT,
    final_url TEXT
);
CREATE INDEX polls_source ON polls(source, at);
CREATE INDEX polls_crawl ON polls(crawl);
CREATE TABLE stories (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    url TEXT NOT NULL UNIQUE,
    outlet TEXT,
    origin TEXT NOT NULL DEFAULT 'crawl',
    title TEXT NOT NULL,
    lead TEXT,
    text TEXT NOT NULL,
    captions TEXT NOT NULL DEFAULT '[]',
    authors TEXT NOT NULL DEFAULT '[]',
    section TEXT,
    published TEXT,
    published_raw TEXT,
    published_from TEXT,
    published_precision TEXT,
    found_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    revision INTEGER NOT NULL DEFAULT 1,
    text_hash TEXT NOT NULL,
    incomplete TEXT,
    extractor TEXT,
    notes TEXT NOT NULL DEFAULT '[]',
    archive_record TEXT,
    crawl INTEGER REFERENCES crawls(id),
    refetch_at TEXT,
    verdict TEXT CHECK (verdict IN ('accept', 'reject')),
    title_d TEXT GENERATED ALWAYS AS (replace(replace(replace(replace(title, 'đ', 'd'), 'Đ', 'D'), 'ð', 'd'), 'Ð', 'D')) VIRTUAL,
    text_d TEXT GENERATED ALWAYS AS (replace(replace(replace(replace(text, 'đ', 'd'), 'Đ', 'D'), 'ð', 'd'), 'Ð', 'D')) VIRTUAL
);
CREATE INDEX stories_published ON stories(published);
CREATE INDEX stories_told ON stories(coalesce(published, found_at));
CREATE INDEX stories_found ON stories(found_at);
CREATE INDEX stories_outlet ON stories(outlet, published);
CREATE INDEX stories_text_hash ON stories(text_hash);
CREATE INDEX stories_verdict ON stories(verdict) WHERE verdict IS NOT NULL;
CREATE INDEX stories_crawl ON stories(crawl);
CREATE INDEX stories_refetch ON stories(refetch_at) WHERE refetch_at IS NOT NULL;
CREATE TABLE revisions (
    story INTEGER NOT NULL REFERENCES stories(id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    at TEXT NOT NULL,
    cause TEXT NOT NULL,
    title TEXT,
    lead TEXT,
    text TEXT,
    captions TEXT,
    published TEXT,
    text_hash TEXT NOT NULL,
    extractor TEXT,
    archive_record TEXT,
    PRIMARY KEY (story, number)
);
CREATE TABLE matches (
    story INTEGER PRIMARY KEY REFERENCES stories(id) ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    score REAL NOT NULL,
    threshold REAL NOT NULL,
    is_match INTEGER NOT NULL,
    listed INTEGER NOT NULL,
    closeness REAL NOT NULL DEFAULT 0,
    nearest_seed TEXT,
    similarity REAL,
    nearest TEXT NOT NULL DEFAULT '[]',
    reasons TEXT NOT NULL DEFAULT '{}',
    model TEXT,
    judged_at TEXT NOT NULL
);
CREATE INDEX matches_listed ON matches(listed, closeness);
CREATE TABLE evidence (
    id INTEGER PRIMARY KEY,
    story INTEGER NOT NULL REFERENCES stories(id) ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    rank INTEGER NOT NULL,
    field TEXT NOT NULL,
    phrase TEXT NOT NULL,
    sentence TEXT NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    sentence_start INTEGER NOT NULL,
    sentence_end INTEGER NOT NULL,
    act TEXT,
    instrument TEXT,
    weight REAL NOT NULL DEFAULT 0
);
CREATE INDEX evidence_story ON evidence(story, rank);
CREATE TABLE seeds (
    id TEXT PRIMARY KEY,
    story INTEGER UNIQUE REFERENCES stories(id),
    url TEXT,
    outlet TEXT,
    title TEXT,
    shipped INTEGER NOT NULL DEFAULT 0,
    active INTEGER NOT NULL DEFAULT 1,
    facts TEXT NOT NULL DEFAULT '{}',
    added_at TEXT NOT NULL
);
CREATE TABLE verdicts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    story INTEGER NOT NULL REFERENCES stories(id) ON DELETE CASCADE,
    event INTEGER,
    verdict TEXT NOT NULL CHECK (verdict IN ('accept', 'reject', 'none')),
    note TEXT,
    at TEXT NOT NULL
);
CREATE INDEX verdicts_story ON verdicts(story, id);
CREATE TABLE models (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    profile TEXT NOT NULL,
    weights TEXT NOT NULL,
    report TEXT NOT NULL DEFAULT '{}',
    at TEXT NOT NULL,
    active INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE notices (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    story INTEGER REFERENCES stories(id) ON DELETE CASCADE,
    event INTEGER,
    outlet TEXT,
    detail TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX notices_event ON notices(event) WHERE event IS NOT NULL;
CREATE INDEX notices_story ON notices(story);
CREATE TABLE cursor (
    name TEXT PRIMARY KEY,
    position INTEGER NOT NULL DEFAULT 0,
    previous INTEGER,
    moved_at TEXT NOT NULL
);
CREATE TABLE agreements (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    story INTEGER NOT NULL UNIQUE REFERENCES stories(id) ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    act TEXT,
    acts TEXT NOT NULL DEFAULT '[]',
    kind TEXT,
    period TEXT,
    event_date TEXT,
    event_date_precision TEXT,
    place TEXT
);
CREATE INDEX agreements_date ON agreements(event_date);
CREATE INDEX agreements_kind ON agreements(kind);
CREATE TABLE parties (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    short TEXT,
    "full" TEXT,
    head TEXT,
    armed INTEGER NOT NULL DEFAULT 0,
    merged_into INTEGER REFERENCES parties(id)
);
CREATE INDEX parties_merged ON parties(merged_into) WHERE merged_into IS NOT NULL;
CREATE TABLE aliases (
    folded TEXT NOT NULL,
    party INTEGER NOT NULL REFERENCES parties(id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    PRIMARY KEY (folded, party)
) WITHOUT ROWID;
CREATE TABLE agreement_parties (
    agreement INTEGER NOT NULL REFERENCES agreements(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    party INTEGER NOT NULL REFERENCES parties(id),
    name TEXT NOT NULL,
    role TEXT,
    PRIMARY KEY (agreement, position)
) WITHOUT ROWID;
CREATE INDEX agreement_parties_party ON agreement_parties(party);
CREATE TABLE signatories (
    agreement INTEGER NOT NULL REFERENCES agreements(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    rank TEXT,
    office TEXT,
    party INTEGER REFERENCES parties(id),
    PRIMARY KEY (agreement, position)
) WITHOUT ROWID;
CREATE TABLE spans (
    agreement INTEGER NOT NULL REFERENCES agreements(id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    field TEXT NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    PRIMARY KEY (agreement, name)
) WITHOUT ROWID;
CREATE TABLE party_decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    decision TEXT NOT NULL CHECK (decision IN ('merge', 'split', 'rename')),
    key TEXT NOT NULL,
    into_key TEXT,
    at TEXT NOT NULL
);
CREATE TABLE duplicate_bands (
    long INTEGER NOT NULL, -- long texts are kept, and looked up, under fewer hashes: apart, each part stays small
    hash INTEGER NOT NULL,
    story INTEGER NOT NULL,
    PRIMARY KEY (long, hash, story)
) WITHOUT ROWID;
CREATE TABLE duplicates (
    story INTEGER PRIMARY KEY REFERENCES stories(id) ON DELETE CASCADE,
    original INTEGER NOT NULL REFERENCES stories(id) ON DELETE CASCADE,
    score REAL NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX duplicates_original ON duplicates(original);
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at TEXT,
    merged_into INTEGER REFERENCES events(id),
    first_published TEXT,
    last_published TEXT,
    size INTEGER NOT NULL DEFAULT 0,
    is_match INTEGER NOT NULL DEFAULT 0,
    renews INTEGER REFERENCES events(id),
    renews_reason TEXT
);
CREATE INDEX events_last ON events(last_published) WHERE merged_into IS NULL;
CREATE INDEX events_merged ON events(merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX events_renews ON events(renews) WHERE renews IS NOT NULL;
CREATE TABLE event_stories (
    story INTEGER PRIMARY KEY REFERENCES stories(id) ON DELETE CASCADE,
    event INTEGER NOT NULL REFERENCES events(id),
    score REAL NOT NULL,
    reasons TEXT NOT NULL DEFAULT '[]',
    joined_at TEXT
);
CREATE INDEX event_stories_event ON event_stories(event, story);
CREATE TABLE event_digests (
    story INTEGER PRIMARY KEY REFERENCES stories(id) ON DELETE CASCADE,
    event INTEGER,
    digest BLOB,
    at REAL,
    is_match INTEGER NOT NULL DEFAULT 0,
    facts TEXT,
    sort_time TEXT NOT NULL,
    bands BLOB NOT NULL,
    long INTEGER NOT NULL
);
CREATE TABLE event_terms (
    stretch INTEGER NOT NULL,
    term INTEGER NOT NULL,
    story INTEGER NOT NULL,
    PRIMARY KEY (stretch, term, story)
) WITHOUT ROWID;
CREATE TABLE event_pairs (
    pair TEXT NOT NULL,
    day INTEGER NOT NULL,
    story INTEGER NOT NULL,
    PRIMARY KEY (pair, day, story)
) WITHOUT ROWID;
CREATE TABLE event_bonds (
    story INTEGER NOT NULL REFERENCES stories(id) ON DELETE CASCADE,
    other INTEGER NOT NULL REFERENCES stories(id) ON DELETE CASCADE,
    bond TEXT NOT NULL CHECK (bond IN ('together', 'apart')),
    at TEXT,
    PRIMARY KEY (story, other)
) WITHOUT ROWID;
CREATE TABLE job_runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    job TEXT NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    status TEXT NOT NULL DEFAULT 'running',
    detail TEXT,
    pid INTEGER
);
CREATE INDEX job_runs_job ON job_runs(job, id);
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    report TEXT NOT NULL,
    address TEXT NOT NULL,
    message_id TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('sending', 'delivered', 'failed', 'unconfirmed')),
    upto INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 1,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    why TEXT,
    UNIQUE (report, address)
);
CREATE VIRTUAL TABLE stories_fts USING fts5(
    title_d, text_d, content='stories', content_rowid='id', tokenize='unicode61 remove_diacritics 2'
);
CREATE TRIGGER stories_fts_insert AFTER INSERT ON stories BEGIN
    INSERT INTO stories_fts(rowid, title_d, text_d) VALUES (new.id, new.title_d, new.text_d);
END;
CREATE TRIGGER stories_fts_delete AFTER DELETE ON stories BEGIN
    INSERT INTO stories_fts(stories_fts, rowid, title_d, text_d) VALUES ('delete', old.id, old.title_d, old.text_d);
END;
CREATE TRIGGER stories_fts_update AFTER UPDATE OF title, text ON stories BEGIN
    INSERT INTO stories_fts(stories_fts, rowid, title_d, text_d) VALUES ('delete', old.id, old.title_d, old.text_d);
    INSERT INTO stories_fts(rowid, title_d, text_d) VALUES (new.id, new.title_d, new.text_d);
END;
INSERT INTO _sqlite_migrations ("id","migration_set","name","applied_at") VALUES (1, 'kyket', '001-foundation', '2026-11-22 02:38:54.784729+00:00');
INSERT INTO urls ("url","outlet","source","first_seen","last_seen","outcome","why","visited_at","attempts","next_try","title","summary","published","published_raw","published_from","story","alias_of","crawl") VALUES ('https://namson.example/bai-1.html', 'namson', NULL, '2026-08-03T01:00:00Z', '2026-08-03T01:00:00Z', 'stored', NULL, '2026-08-03T01:00:00Z', 1, NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL);
INSERT INTO urls ("url","outlet","source","first_seen","last_seen","outcome","why","visited_at","attempts","next_try","title","summary","published","published_raw","published_from","story","alias_of","crawl") VALUES ('https://donghai.example/bai-2.html', 'donghai', NULL, '2026-08-03T01:00:00Z', '2026-08-03T01:00:00Z', 'duplicate', 's1: the same text', '2026-08-03T01:00:00Z', 1, NULL, NULL, NULL, NULL, NULL, NULL, 2, NULL, NULL);
INSERT INTO urls ("url","outlet","source","first_seen","last_seen","outcome","why","visited_at","attempts","next_try","title","summary","published","published_raw","published_from","story","alias_of","crawl") VALUES ('https://namson.example/bai-3.html', 'namson', NULL, '2026-08-03T01:00:00Z', '2026-08-03T01:00:00Z', 'no-match', 'score 0.10 below 0.50', '2026-08-03T01:00:00Z', 1, NULL, NULL, NULL, NULL, NULL, NULL, 3, NULL, NULL);
INSERT INTO visits ("id","crawl","url","outcome","why","at","status") VALUES (1, NULL, 'https://namson.example/bai-1.html', 'stored', NULL, '2026-08-03T01:00:00Z', NULL);
INSERT INTO visits ("id","crawl","url","outcome","why","at","status") VALUES (2, NULL, 'https://donghai.example/bai-2.html', 'duplicate', 's1: the same text', '2026-08-03T01:00:00Z', NULL);
INSERT INTO visits ("id","crawl","url","outcome","why","at","status") VALUES (3, NULL, 'https://namson.example/bai-3.html', 'no-match', 'score 0.10 below 0.50', '2026-08-03T01:00:00Z', NULL);
INSERT INTO stories ("id","url","outlet","origin","title","lead","text","captions","authors","section","published","published_raw","published_from","published_precision","found_at","updated_at","revision","text_hash","incomplete","extractor","notes","archive_record","crawl","refetch_at","verdict") VALUES (1, 'https://namson.example/bai-1.html', 'namson', 'crawl', 'Vùng Cửa Bạc ký kết phối hợp với hội nông dân (1)', 'Sáng 2-8, Bộ Tư lệnh Vùng Cửa Bạc và Hội Nông dân tỉnh Nam Sơn ký kết chương trình phối hợp giai đoạn 2026-2031.', 'Sáng 2-8, Bộ Tư lệnh Vùng Cửa Bạc và Hội Nông dân tỉnh Nam Sơn ký kết chương trình phối hợp giai đoạn 2026-2031.
Hai bên sẽ cùng nhau dạy nghề cho bộ đội xuất ngũ, dựng nhà đồng đội và làm sạch bãi biển mỗi quý một lần.
Đại tá Nguyễn Văn Lộc cho biết đơn vị đã dành quỹ đất để làm mô hình trồng rau trong nhà lưới cho hội viên.', '[]', '[]', NULL, '2026-08-02T22:00:00Z', NULL, NULL, 'minute', '2026-08-03T01:00:00Z', '2026-08-03T01:00:00Z', 1, '73d647843aa1f2e494ccdf090a825557', NULL, NULL, '[]', NULL, NULL, '2026-08-03T07:00:00Z', NULL);
INSERT INTO stories ("id","url","outlet","origin","title","lead","text","captions","authors","section","published","published_raw","published_from","published_precision","found_at","updated_at","revision","text_hash","incomplete","extractor","notes","archive_record","crawl","refetch_at","verdict") VALUES (2, 'https://donghai.example/bai-2.html', 'donghai', 'crawl', 'Vùng Cửa Bạc ký kết phối hợp với hội nông dân (2)', 'Sáng 2-8, Bộ Tư lệnh Vùng Cửa Bạc và Hội Nông dân tỉnh Nam Sơn ký kết chương trình phối hợp giai đoạn 2026-2031.', 'Sáng 2-8, Bộ Tư lệnh Vùng Cửa Bạc và Hội Nông dân tỉnh Nam Sơn ký kết chương trình phối hợp giai đoạn 2026-2031.
Hai bên sẽ cùng nhau dạy nghề cho bộ đội xuất ngũ, dựng nhà đồng đội và làm sạch bãi biển mỗi quý một lần.
Đại tá Nguyễn Văn Lộc cho biết đơn vị đã dành quỹ đất để làm mô hình trồng rau trong nhà lưới cho hội viên.', '[]', '[]', NULL, '2026-08-02T22:00:00Z', NULL, NULL, 'minute', '2026-08-03T01:00:00Z', '2026-08-03T01:00:00Z', 1, '73d647843aa1f2e494ccdf090a825557', NULL, NULL, '[]', NULL, NULL, '2026-08-03T07:00:00Z', NULL);
INSERT INTO stories ("id","url","outlet","origin","title","lead","text","captions","authors","section","published","published_raw","published_from","published_precision","found_at","updated_at","revision","text_hash","incomplete","extractor","notes","archive_record","crawl","refetch_at","verdict") VALUES (3, 'https://namson.example/bai-3.html', 'namson', 'crawl', 'Trường cao đẳng có phòng thí nghiệm mới', 'Trường Cao đẳng Y Hải Thanh khánh thành phòng thí nghiệm mới với mười hai máy đo huyết học vào sáng thứ hai.', 'Trường Cao đẳng Y Hải Thanh khánh thành phòng thí nghiệm mới với mười hai máy đo huyết học vào sáng thứ hai.
Thầy hiệu trưởng nói sinh viên năm cuối sẽ được thực hành tại chỗ thay vì đi nhờ bệnh viện tuyến trên như trước.
Kinh phí do cựu sinh viên góp trong ba năm, phần còn lại vay quỹ tín dụng của ngành trong thời hạn tám năm.', '[]', '[]', NULL, '2026-08-02T22:00:00Z', NULL, NULL, 'minute', '2026-08-03T01:00:00Z', '2026-08-03T01:00:00Z', 1, 'bafc7cda6dc7be075c3977078c7b0cec', NULL, NULL, '[]', NULL, NULL, NULL, NULL);
INSERT INTO revisions ("story","number","at","cause","title","lead","text","captions","published","text_hash","extractor","archive_record") VALUES (1, 1, '2026-08-03T01:00:00Z', 'first', NULL, NULL, NULL, NULL, NULL, '73d647843aa1f2e494ccdf090a825557', NULL, NULL);
INSERT INTO revisions ("story","number","at","cause","title","lead","text","captions","published","text_hash","extractor","archive_record") VALUES (2, 1, '2026-08-03T01:00:00Z', 'first', NULL, NULL, NULL, NULL, NULL, '73d647843aa1f2e494ccdf090a825557', NULL, NULL);
INSERT INTO revisions ("story","number","at","cause","title","lead","text","captions","published","text_hash","extractor","archive_record") VALUES (3, 1, '2026-08-03T01:00:00Z', 'first', NULL, NULL, NULL, NULL, NULL, 'bafc7cda6dc7be075c3977078c7b0cec', NULL, NULL);
INSERT INTO matches ("story","revision","score","threshold","is_match","listed","closeness","nearest_seed","similarity","nearest","reasons","model","judged_at") VALUES (1, 1, 0.9, 0.5, 1, 1, 0.5, 'mau-mot', 0.4, '[["mau-mot", 0.4], ["mau-hai", 0.1]]', '{"lead:deed": 2.5}', 'thử 1', '2026-08-03T01:00:00Z');
INSERT INTO matches ("story","revision","score","threshold","is_match","listed","closeness","nearest_seed","similarity","nearest","reasons","model","judged_at") VALUES (2, 1, 0.9, 0.5, 1, 1, 0.5, 'mau-mot', 0.4, '[["mau-mot", 0.4], ["mau-hai", 0.1]]', '{"lead:deed": 2.5}', 'thử 1', '2026-08-03T01:00:00Z');
INSERT INTO matches ("story","revision","score","threshold","is_match","listed","closeness","nearest_seed","similarity","nearest","reasons","model","judged_at") VALUES (3, 1, 0.1, 0.5, 0, 0, 0.5, 'mau-mot', 0.4, '[["mau-mot", 0.4], ["mau-hai", 0.1]]', '{"lead:deed": 2.5}', 'thử 1', '2026-08-03T01:00:00Z');
INSERT INTO evidence ("id","story","revision","rank","field","phrase","sentence","start","end","sentence_start","sentence_end","act","instrument","weight") VALUES (1, 1, 1, 1, 'lead', 'ký kết', 'Sáng 2-8, Bộ Tư lệnh Vùng Cửa Bạc và Hội Nông dân tỉnh Nam Sơn ký kết chương trình phối hợp giai đoạn 2026-2031.', 63, 69, 0, 112, 'ky_ket', 'chuong_trinh_phoi_hop', 2.5);
INSERT INTO evidence ("id","story","revision","rank","field","phrase","sentence","start","end","sentence_start","sentence_end","act","instrument","weight") VALUES (2, 2, 1, 1, 'lead', 'ký kết', 'Sáng 2-8, Bộ Tư lệnh Vùng Cửa Bạc và Hội Nông dân tỉnh Nam Sơn ký kết chương trình phối hợp giai đoạn 2026-2031.', 63, 69, 0, 112, 'ky_ket', 'chuong_trinh_phoi_hop', 2.5);
INSERT INTO notices ("id","at","kind","story","event","outlet","detail") VALUES (1, '2026-08-03T01:00:00Z', 'new-event', 1, 1, 'namson', '{}');
INSERT INTO notices ("id","at","kind","story","event","outlet","detail") VALUES (2, '2026-08-03T01:00:00Z', 'grew', 2, 1, 'donghai', '{}');
INSERT INTO agreements ("id","story","revision","act","acts","kind","period","event_date","event_date_precision","place") VALUES (1, 1, 1, 'ky_ket', '["ky_ket"]', 'chuong_trinh_phoi_hop', '2026-2031', '2026-08-02', 'day', 'Nam Sơn');
INSERT INTO agreements ("id","story","revision","act","acts","kind","period","event_date","event_date_precision","place") VALUES (2, 2, 1, 'ky_ket', '["ky_ket"]', 'chuong_trinh_phoi_hop', '2026-2031', '2026-08-02', 'day', 'Nam Sơn');
INSERT INTO parties ("id","key","name","short","full","head","armed","merged_into") VALUES (1, 'vùng cửa bạc', 'Vùng Cửa Bạc', NULL, NULL, NULL, 0, NULL);
INSERT INTO parties ("id","key","name","short","full","head","armed","merged_into") VALUES (2, 'hội nông dân tỉnh nam sơn', 'Hội Nông dân tỉnh Nam Sơn', NULL, NULL, NULL, 0, NULL);
INSERT INTO aliases ("folded","party","name") VALUES ('hoi nong dan tinh nam son', 2, 'Hội Nông dân tỉnh Nam Sơn');
INSERT INTO aliases ("folded","party","name") VALUES ('vung cua bac', 1, 'Vùng Cửa Bạc');
INSERT INTO agreement_parties ("agreement","position","party","name","role") VALUES (1, 1, 1, 'Vùng Cửa Bạc', NULL);
INSERT INTO agreement_parties ("agreement","position","party","name","role") VALUES (1, 2, 2, 'Hội Nông dân tỉnh Nam Sơn', NULL);
INSERT INTO agreement_parties ("agreement","position","party","name","role") VALUES (2, 1, 1, 'Vùng Cửa Bạc', NULL);
INSERT INTO agreement_parties ("agreement","position","party","name","role") VALUES (2, 2, 2, 'Hội Nông dân tỉnh Nam Sơn', NULL);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 7738414376573, 1);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 7738414376573, 2);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 23770814567072, 3);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 29278692323510, 3);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 37922150366418, 1);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 37922150366418, 2);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 40801524540836, 1);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 40801524540836, 2);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 49658970779992, 1);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 49658970779992, 2);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 54810275506637, 3);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 84168559453005, 3);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 86969583383916, 1);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 86969583383916, 2);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 93468803099242, 3);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 102813038577369, 1);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 102813038577369, 2);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 118672258794323, 3);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 120383806928224, 1);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 120383806928224, 2);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 124236382046551, 3);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 125190081850717, 3);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 142963000680051, 3);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 150941190063524, 3);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 153644789406111, 3);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 153730224797900, 3);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 154014429376138, 1);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 154014429376138, 2);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 160532671779051, 3);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 163975469402164, 1);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 163975469402164, 2);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 166034747327712, 1);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 166034747327712, 2);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 182544342232786, 1);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 182544342232786, 2);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 183119056977136, 3);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 188025863344167, 1);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 188025863344167, 2);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 188639745539418, 1);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 188639745539418, 2);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 211506210537904, 1);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 211506210537904, 2);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 216611489179913, 3);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 217624118709015, 3);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 227401881510063, 1);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 227401881510063, 2);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 227403133106804, 3);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 235709372105366, 1);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 235709372105366, 2);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 242496806604721, 1);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 242496806604721, 2);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 246817032488480, 3);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 251781788285430, 1);
INSERT INTO duplicate_bands ("long","hash","story") VALUES (0, 251781788285430, 2);
INSERT INTO duplicates ("story","original","score","reason") VALUES (2, 1, 1.0, 'the same text');
INSERT INTO events ("id","created_at","merged_into","first_published","last_published","size","is_match","renews","renews_reason") VALUES (1, '2026-08-03T01:00:00Z', NULL, '2026-08-02T22:00:00Z', '2026-08-02T22:00:00Z', 2, 1, NULL, NULL);
INSERT INTO events ("id","created_at","merged_into","first_published","last_published","size","is_match","renews","renews_reason") VALUES (2, '2026-08-03T01:00:00Z', NULL, '2026-08-02T22:00:00Z', '2026-08-02T22:00:00Z', 1, 0, NULL, NULL);
INSERT INTO event_stories ("story","event","score","reasons","joined_at") VALUES (1, 1, 0.0, '["no earlier story tells this"]', '2026-08-03T01:00:00Z');
INSERT INTO event_stories ("story","event","score","reasons","joined_at") VALUES (2, 1, 1.0, '["repeats s1: the same text"]', '2026-08-03T01:00:00Z');
INSERT INTO event_stories ("story","event","score","reasons","joined_at") VALUES (3, 2, 0.0, '["no earlier story tells this"]', '2026-08-03T01:00:00Z');
INSERT INTO event_digests ("story","event","digest","at","is_match","facts","sort_time","bands","long") VALUES (1, 1, X'940002973245922415F3447419AF85F4AF9BBF7BFF2AEE09A94FFD91B39BE04E51FDF860E194B27C78BAC99DD914B9F178756230F996E4A3B49363BA7C0E837A3CABC5C5055AC0D4AABA0DD0B2EF9E835350AFB88E4DB5B5A63B597CF7EE1093C576B425EF6A4CF55F20F701958386A81453AC6FB8FA02C214C5996C33F727612A87DC0EC06CA1C64E78FEA3AA89E7BEA90D5E3C50A63AD73D48F252BE50AFF53A4E750A17343C64306C841534659F7F0AE8F5DA3E2BE3619E918A5E2A1A701F31F44DF8AC66BCC0A202857FCFA1A02DADC147A17089D0742865AEAEDCDC8C4BB4DAF495000382342E474C1CC6089410CBB43538821503769E98388D7BD679BABDF4A47D7604A6B2D5E305EA766C58AC4F1CFD8E527FC44BE415732ABAA576E3F7F5B08A16F8A1E4158A98D45AA91882EEB5FBCBF16674407FD1889385D4DCAC5288D0E0ED4EABCE6FDD2F31BFA62C3499E1B7EFDC83EB47DBB73EEA81EC1EED8E6F648F77F34ECBC77DC3FF3F30F2775E2B2FCD7A973A8F54CC57AC736663BB1DE346459AFCBA8E22A1E11AF0E0DE45E50B77A0621C14D721F4135700FA6F79BEF3F1F6D92755AC69F1598F992A1C5FC720D981F0F817127BF6DC7B874CABC37339E11592060DBED51AD80DB72286C3ED4518B46F1D1CB10264E98657F4EC25670013633B88EFFD6068646336794E03969A2D55119B16702DDD13671FCB0D31F9C57A149466F43917F8FC3A8FB890C00DF19029A0E53BB7083A7315D20C1DAD1378F52F456949DBD17921A792EFCAE765602C43430A989F4572419D09028B29907D92EDFD7ABE2BE52A3B78EDF2878123FEC346F33CF33CF6329F31022BF12A0B297A1E7A1E7A1E7A1E7A1E7A1E7A1E7A1E7A1E7A1E7A1E7A1E7A1E7A1E7A1E7A1E7A1E7A1E7A1EE6197B1974182A182A182A186A176A173217FD16EB16CA16CA169A166D16C915A515811569155F155F155F153E151E151E15FF14E114A81452140614F71362131613EF12D012AE12091222111711CF10A8109510831079105610331023107C0F2C0F980E4E0EF20DE80DC00D550D830B5D0B540BC00A360A2B0AF209EB0996098A09740959094C0937092209940891084608BB07A6077B071207F406DA06A006400631063006D705CC05B005A2059A0573056F05680551053C053605300517051705110511050F050A05C5044A0430042F0420041E040F04E303A5039D037C0375034B034403E102DB028202780267024C02', 1785708000.0, 1, '{"parties": ["hội nông dân tỉnh nam sơn", "vùng cửa bạc"], "acts": ["ky_ket"], "date": "2026-08-02", "period": "2026-2031", "aliases": [], "years": ["2026", "2031"]}', '2026-08-02T22:00:00Z', X'0709BD70A67D227D704D3CD2251BD86065A42D2A215031584F192F1FB56C5D8206A486D96D7D0A0C75608C13475A6E8A9522839B08349701FA2284E0A605EAACAED2AB022ECB1027AB911D05FD5AC05D208C01B0CED2205E60AFD6605D650296DC8CB0044FB1E4FE840D39F6', 0);
INSERT INTO event_digests ("story","event","digest","at","is_match","facts","sort_time","bands","long") VALUES (2, 1, X'930002973245922415F3FE25103685F4AF9BBF7BFF2AEE09A94FFD91B39BE04E51FDF860E194B27C78BAC99DD914B9F178756230F996E4A3B49363BA7C0E837A3CABC5C5055AC0D4AABA0DD0B2EF9E835350AFB88E4DB5B5A63B597CF7EE1093C576B425EF6A4CF55F20F701958386A81453AC6FB8FA02C214C5996C33F727612A87DC0EC06CA1C64E78FEA3AA89E7BEA90D5E3C50A63AD73D48F252BE50AFF53A4E750A17343C64306C841534659F7F0AE8F5DA3E2BE3619E918A5E2A1A701F31F44DF8AC66BCC0A202857FCFA1A02DADC147A17089D0742865AEAEDCDC8C4BB4DAF495000382342E474C1CC6089410CBB43538821503769E98388D7BD679BABDF4A47D7604A6B2D5E305EA766C58AC4F1CFD8E527FC44BE415732ABAA576E3F7F5B08A16F8A1E4158A98D45AA91882EEB5FBCBF16674407FD1889385D4DCAC5288D0E0ED4EABCE6FDD0DBED51A2F31BFA62C3499E1EB47DBB73EEA81EC1EED8E6F648F77F34ECBC77DC3FF3F30F2775E2B2FCD7A973A8F54CC57AC736663BB1DE346459AFCBA8E22A1E11AF0E0DE45E50B77A0621C14D721F4135700FA6F79BEF3F1F6D92755AC69F1598F992A1C5FC720D981F0F817127BF6DC7B874CABC37339E1159206D80DB72286C3ED4518B46F1D1CB10264E98657F4EC25670013633B88EFFD6068646336794E03969A2D55119B16702DDD13671FCB0D31F9C57A149466F43917F8FC3A8FB890C00DF19029A0E53BB7083A7315D20C1DAD1378F52F456949DBD17921A792EFCAE765602C43430A989F4572419D09028B29907D92EDFD7ABE2BE52A3B78EDF2878123FEC146F23CF23CF5329E31012BF02A0A29791E791E791E791E791E791E791E791E791E791E791E791E791E791E791E791E791E791E791EE5197A1974182A182A182A186A176A173117FC16EB16CA16CA169A166C16C915A415811568155E155E155E153D151D151D15FF14E114A71451140614F71361131513EE12CF12AE12091221111711CE10A8109510821079105510331022107B0F2B0F970E4D0EF10DE80DC00D540D130D830B5D0BBF0A360A2A0AF109EB0995098A09730958094B0937092209940891084508BB07A6077B071207F406DA06A006400631063006D705CC05B0059A0573056F05680550053C053605300517051705110511050F050A05C5044A0430042F0420041E040F04E303A5039D037C0374034B034403E102DB028202780267024C02', 1785708000.0, 1, '{"parties": ["hội nông dân tỉnh nam sơn", "vùng cửa bạc"], "acts": ["ky_ket"], "date": "2026-08-02", "period": "2026-2031", "aliases": [], "years": ["2026", "2031"]}', '2026-08-02T22:00:00Z', X'0709BD70A67D227D704D3CD2251BD86065A42D2A215031584F192F1FB56C5D8206A486D96D7D0A0C75608C13475A6E8A9522839B08349701FA2284E0A605EAACAED2AB022ECB1027AB911D05FD5AC05D208C01B0CED2205E60AFD6605D650296DC8CB0044FB1E4FE840D39F6', 0);
INSERT INTO event_digests ("story","event","digest","at","is_match","facts","sort_time","bands","long") VALUES (3, 2, X'83002C762B06EFC2361B17847B70E740772D7ADE1DFB203C970963B41620BD02C9ACA12DD72434DE41A1285DB0AA1E8F439A0C70BDC78D6C71529EE0B07C1DF0A053D497B118808B6253E9645D47E4701CB5AC7E41F5524ADF8A2763B237373C1409CCFBC4272178A407389D99B6426DC2301521A4D11FC39E9CAC6F5E0A46981C53446B2CFBD623D5CDEDBC5DB1F3458B55913B1A3E8C353E0392C0510DC4A02015800CB3079A1796C2F719BEA55564A3998E188123389D136B2FF5A3BA05CCDA611324AD1AD8B84D36EDF4396CC827AF76138E880279530CE8185F32FD90C9333ABD4129B6A04FC83CA4A54B48B119F8B59E7CCB3C27E24327E94D611429C7B8002670FF6EF656CFA62DC9FBA88A5AAA490C250315C5E3E551F1F641AA727FA0FEF9605027828FDFA71C46604615D6DA4CCD21F335BA33A1954029B40949309DB04E03969A448A3B1431E1E2D6E302B900DFFFD3B78DACBDF4F52F456990C00DF11189FA328E5E02FADE83E68C1F1271EA5EA221CD6BA4F7C700045B8F3355696F144AA72C0EEA35A0DE61317F3A8F54CC1526DBFBA0652674ABC37339AA60E0C5F2F072329D5E5CE32F858CB23434A26FA40ED42E3B78EDF25C97BFFD245B4330DBDCD6554C6804F6A1F353DA95C0459D7315D20C525604D25487EC20DFEBD60E1DAD13781ECF2E05AC91036B21A792EFCAE76560827DF2217952E4F1646336790D31F9C5849A31E416702DDD693FCE373836D1353C30A62EA920A920A920A920A920A920A920A920A920A920A920A920A920A920A920A920A920A920A920A920A920A920A920A920191C4F1B4F1BE81A8B1AE6195919181918191819A318A318C017AE175A17E816C416B3154D151E15F114DB14B1144E142914F913911337130D13E5120E129E1166112011AF102E10ED0FD00EC20ED30DAA0D870D110D1E0CF40BA30B2E0B140B050B030BE80AB10AA50A760941093B091209F8087C087C086808680837081008F907780733078D065E06520652063F0637061006ED05A70562053A0537052705FE04E404DB04CC04A2047D045A04550438042E042B04FA03D603BC03B40369031C03BA02B40282025702', 1785708000.0, 0, NULL, '2026-08-02T22:00:00Z', X'159E92F552A01AA0FA0E30B631D9830069CD4C8D0516634D550266CE6A6A6BEE89D4835370FE096B895771DC165BAD5D82062ADF1E738947BC0405A48BBD3718199F8BD11B70B8CC9200ECE050EBA68BBA57BCF0C501CADDE909C5ED904A4B17CED26AF83A74E07A918BC620', 0);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 103511596, 3);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 160906272, 3);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 243055203, 1);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 243055203, 2);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 349806025, 1);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 349806025, 2);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 414291924, 3);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 456573679, 3);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 538358883, 3);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 618081697, 3);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 721386431, 1);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 721386431, 2);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 762790119, 3);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 907027966, 2);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 1160943362, 1);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 1160943362, 2);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 1197303017, 3);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 1336478190, 1);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 1336478190, 2);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 1347650462, 1);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 1347650462, 2);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 1383165069, 3);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 1398967168, 3);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 1403056157, 3);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 1510327749, 1);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 1510327749, 2);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 1887142935, 3);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 1970860473, 1);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 1970860473, 2);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 2091966622, 3);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 2478089188, 1);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 2478089188, 2);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 2497798392, 1);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 2497798392, 2);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 2532913250, 1);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 2532913250, 2);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 2588118814, 3);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 2611999877, 1);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 2611999877, 2);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 2612236797, 1);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 2612236797, 2);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 2705448500, 3);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 2863684904, 3);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 2872867459, 1);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 2872867459, 2);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 2898854589, 3);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 2937680964, 1);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 3038540004, 3);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 3128458418, 1);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 3128458418, 2);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 3131757760, 1);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 3131757760, 2);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 3351080972, 3);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 4021473293, 1);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 4021473293, 2);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 4078249106, 1);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 4078249106, 2);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 4213038714, 3);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 4249964256, 1);
INSERT INTO event_terms ("stretch","term","story") VALUES (1291, 4249964256, 2);
INSERT INTO event_pairs ("pair","day","story") VALUES ('hội nông dân tỉnh nam sơn|vùng cửa bạc', 20667, 1);
INSERT INTO event_pairs ("pair","day","story") VALUES ('hội nông dân tỉnh nam sơn|vùng cửa bạc', 20667, 2);
