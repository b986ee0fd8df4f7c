-- Grain storage on PostgreSQL for Microsoft.Orleans.Persistence.AdoNet. Safe to run at every start.
-- The primary key is what makes two first writers conflict; the stock script has no unique index and let several first writers win.
CREATE TABLE IF NOT EXISTS OrleansQuery (
    QueryKey TEXT NOT NULL PRIMARY KEY,
    QueryText TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS OrleansStorage (
    ServiceId TEXT NOT NULL,
    StateName TEXT NOT NULL,
    GrainIdN0 BIGINT NOT NULL,
    GrainIdN1 BIGINT NOT NULL,
    GrainIdExtension TEXT NOT NULL,
    Version INTEGER NOT NULL,
    ModifiedOn TIMESTAMPTZ NOT NULL,
    PayloadBinary BYTEA NULL,
    PRIMARY KEY (ServiceId, StateName, GrainIdN0, GrainIdN1, GrainIdExtension)
);

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('ReadFromStorageKey', '
SELECT PayloadBinary, Version
FROM OrleansStorage
WHERE ServiceId = @ServiceId AND StateName = @GrainTypeString
  AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1
  AND GrainIdExtension = COALESCE(CAST(@GrainIdExtensionString AS TEXT), '''');')
ON CONFLICT (QueryKey) DO UPDATE SET QueryText = excluded.QueryText;

-- One statement: no row comes back when the version is not the expected one, which Orleans reports as a conflict.
INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('WriteToStorageKey', '
INSERT INTO OrleansStorage
    (ServiceId, StateName, GrainIdN0, GrainIdN1, GrainIdExtension, Version, ModifiedOn, PayloadBinary)
SELECT @ServiceId, @GrainTypeString, @GrainIdN0, @GrainIdN1, COALESCE(CAST(@GrainIdExtensionString AS TEXT), ''''),
       COALESCE(CAST(@GrainStateVersion AS INTEGER), 0) + 1, CURRENT_TIMESTAMP, @PayloadBinary
WHERE TRUE
ON CONFLICT (ServiceId, StateName, GrainIdN0, GrainIdN1, GrainIdExtension) DO UPDATE SET
    Version = OrleansStorage.Version + 1, ModifiedOn = CURRENT_TIMESTAMP, PayloadBinary = excluded.PayloadBinary
WHERE OrleansStorage.Version = @GrainStateVersion
RETURNING OrleansStorage.Version AS NewGrainStateVersion;')
ON CONFLICT (QueryKey) DO UPDATE SET QueryText = excluded.QueryText;

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('ClearStorageKey', '
UPDATE OrleansStorage SET Version = Version + 1, ModifiedOn = CURRENT_TIMESTAMP, PayloadBinary = NULL
WHERE ServiceId = @ServiceId AND StateName = @GrainTypeString
  AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1
  AND GrainIdExtension = COALESCE(CAST(@GrainIdExtensionString AS TEXT), '''') AND Version = @GrainStateVersion
RETURNING Version AS NewGrainStateVersion;')
ON CONFLICT (QueryKey) DO UPDATE SET QueryText = excluded.QueryText;

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('DeleteStorageKey', '
DELETE FROM OrleansStorage
WHERE ServiceId = @ServiceId AND StateName = @GrainTypeString
  AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1
  AND GrainIdExtension = COALESCE(CAST(@GrainIdExtensionString AS TEXT), '''') AND Version = @GrainStateVersion
RETURNING Version + 1 AS NewGrainStateVersion;')
ON CONFLICT (QueryKey) DO UPDATE SET QueryText = excluded.QueryText;
