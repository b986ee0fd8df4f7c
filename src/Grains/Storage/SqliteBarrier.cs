using Microsoft.Data.Sqlite;

namespace ControlPlane.Grains.Storage;

/// <summary>
/// Makes everything written before it last through a loss of power: one small write with a full sync, after
/// which the write-ahead log is on the disk up to that point. Ledger writes pass it, so that what was
/// acknowledged is safe, while rows that can be made again from the ledger need not wait for the disk.
/// </summary>
internal sealed class SqliteBarrier : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _command;

    public SqliteBarrier(string connectionString)
    {
        // Not pooled: a pooled connection would carry its sync mode to whoever gets it next.
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder(connectionString) { Pooling = false }.ToString());
        _command = _connection.CreateCommand();
        _command.CommandText = "INSERT INTO DurabilityMark (Id, Passed) VALUES (1, 1) ON CONFLICT DO UPDATE SET Passed = Passed + 1;";
    }

    /// <summary>Returns once everything written so far is on the disk. One caller at a time.</summary>
    public void Pass()
    {
        if (_connection.State != System.Data.ConnectionState.Open)
        {
            _connection.Open();
            using var mode = _connection.CreateCommand();
            mode.CommandText = "PRAGMA synchronous = FULL;";
            mode.ExecuteNonQuery();
        }
        _command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        _command.Dispose();
        _connection.Dispose();
    }
}
