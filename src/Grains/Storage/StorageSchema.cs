using Microsoft.Data.Sqlite;
using Npgsql;

namespace ControlPlane.Grains.Storage;

/// <summary>Creates or refreshes the tables and queries that Orleans' AdoNet storage reads. Safe to run at every start.</summary>
public static class StorageSchema
{
    /// <summary>Makes the schema in a SQLite file, which is created when absent.</summary>
    /// <exception cref="InvalidOperationException">The database cannot be opened or written.</exception>
    public static async Task EnsureSqlite(string connectionString)
    {
        try
        {
            await using var connection = new SqliteConnection(connectionString);
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = await Script("sqlite.sql");
            await command.ExecuteNonQueryAsync();
        }
        catch (SqliteException fault)
        {
            throw new InvalidOperationException($"The storage file in '{connectionString}' cannot be opened: check the path, its rights and the free space.", fault);
        }
    }

    /// <summary>Makes the schema in a PostgreSQL database, which must exist.</summary>
    /// <exception cref="InvalidOperationException">The database cannot be reached or written.</exception>
    public static async Task EnsurePostgreSql(string connectionString)
    {
        try
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync();
            // Two hosts that start together would otherwise create the tables at once; 4919 is this product's lock number.
            await using var command = new NpgsqlCommand("SELECT pg_advisory_lock(4919);", connection);
            await command.ExecuteNonQueryAsync();
            foreach (var statement in Statements(await Script("postgresql.sql")))
            {
                command.CommandText = statement;
                await command.ExecuteNonQueryAsync();
            }
            command.CommandText = "SELECT pg_advisory_unlock(4919);";
            await command.ExecuteNonQueryAsync();
        }
        catch (NpgsqlException fault)
        {
            throw new InvalidOperationException("The PostgreSQL database cannot be reached or written: check Storage:ConnectionString and that the database exists.", fault);
        }
    }

    /// <summary>Splits at semicolons outside quoted texts and comments: the driver would read @names in one batch as parameters.</summary>
    private static IEnumerable<string> Statements(string text)
    {
        var script = string.Join('\n', text.Split('\n').Where(line => !line.StartsWith("--", StringComparison.Ordinal)));
        var start = 0;
        var quoted = false;
        for (var at = 0; at < script.Length; at++)
        {
            if (script[at] == '\'')
                quoted = !quoted;
            if (script[at] != ';' || quoted)
                continue;
            yield return script[start..at];
            start = at + 1;
        }
    }

    private static async Task<string> Script(string name)
    {
        await using var stream = typeof(StorageSchema).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }
}
