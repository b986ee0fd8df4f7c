-- Grain storage on SQLite for Microsoft.Orleans.Persistence.AdoNet. Safe to run at every start.
-- The primary key is what makes two first writers conflict; WITHOUT ROWID saves the second tree.
PRAGMA journal_mode = WAL;

CREATE TABLE IF NOT EXISTS OrleansQuery (
    QueryKey TEXT NOT NULL PRIMARY KEY,
    QueryText TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS OrleansStorage (
    ServiceId TEXT NOT NULL,
    StateName TEXT NOT NULL,
    GrainIdN0 INTEGER NOT NULL,
    GrainIdN1 INTEGER NOT NULL,
    GrainIdExtension TEXT NOT NULL,
    Version INTEGER NOT NULL,
    ModifiedOn TEXT NOT NULL,
    PayloadBinary BLOB NULL,
    PRIMARY KEY (ServiceId, StateName, GrainIdN0, GrainIdN1, GrainIdExtension)
) WITHOUT ROWID;

-- One row, rewritten with a full sync after each ledger write: SqliteBarrier.
CREATE TABLE IF NOT EXISTS DurabilityMark (
    Id INTEGER NOT NULL PRIMARY KEY,
    Passed INTEGER NOT NULL
);

INSERT OR REPLACE INTO OrleansQuery (QueryKey, QueryText) VALUES ('ReadFromStorageKey', '
SELECT PayloadBinary, Version
FROM OrleansStorage
WHERE ServiceId = @ServiceId AND StateName = @GrainTypeString
  AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1
  AND GrainIdExtension = COALESCE(@GrainIdExtensionString, '''');');

-- One statement: no row comes back when the version is not the expected one, which Orleans reports as a conflict.
-- NORMAL survives the death of the process; against loss of power the ledger's barrier syncs everything before it.
INSERT OR REPLACE INTO OrleansQuery (QueryKey, QueryText) VALUES ('WriteToStorageKey', '
PRAGMA synchronous = NORMAL;
INSERT INTO OrleansStorage
    (ServiceId, StateName, GrainIdN0, GrainIdN1, GrainIdExtension, Version, ModifiedOn, PayloadBinary)
SELECT @ServiceId, @GrainTypeString, @GrainIdN0, @GrainIdN1, COALESCE(@GrainIdExtensionString, ''''),
       COALESCE(@GrainStateVersion, 0) + 1, CURRENT_TIMESTAMP, @PayloadBinary
WHERE TRUE
ON CONFLICT DO UPDATE SET
    Version = Version + 1, ModifiedOn = CURRENT_TIMESTAMP, PayloadBinary = excluded.PayloadBinary
WHERE Version = @GrainStateVersion
RETURNING Version AS NewGrainStateVersion;');

INSERT OR REPLACE INTO OrleansQuery (QueryKey, QueryText) VALUES ('ClearStorageKey', '
UPDATE OrleansStorage SET Version = Version + 1, ModifiedOn = CURRENT_TIMESTAMP, PayloadBinary = NULL
WHERE ServiceId = @ServiceId AND StateName = @GrainTypeString
  AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1
  AND GrainIdExtension = COALESCE(@GrainIdExtensionString, '''') AND Version = @GrainStateVersion
RETURNING Version AS NewGrainStateVersion;');

INSERT OR REPLACE INTO OrleansQuery (QueryKey, QueryText) VALUES ('DeleteStorageKey', '
DELETE FROM OrleansStorage
WHERE ServiceId = @ServiceId AND StateName = @GrainTypeString
  AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1
  AND GrainIdExtension = COALESCE(@GrainIdExtensionString, '''') AND Version = @GrainStateVersion
RETURNING Version + 1 AS NewGrainStateVersion;');
