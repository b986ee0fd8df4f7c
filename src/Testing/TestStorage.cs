using System.Collections.Concurrent;
using System.Globalization;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Storage;

namespace ControlPlane.Testing;

/// <summary>
/// Grain storage in memory, shared by every silo of a test and kept when silos die. It compares versions as a
/// database does, and can be told to fail.
/// </summary>
public sealed class TestStorage
{
    private readonly ConcurrentDictionary<string, (int Version, byte[] Payload)> _rows = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>Called before each write with state name and grain; what it throws fails the write, which then did not happen.</summary>
    public Action<string, GrainId>? BeforeWrite { get; set; }

    /// <summary>Called after each write; what it throws loses the acknowledgement of a write that did happen.</summary>
    public Action<string, GrainId>? AfterWrite { get; set; }

    /// <summary>Writes so far.</summary>
    public long Writes { get; private set; }

    internal IGrainStorage For(Serializer serializer) => new View(this, serializer);

    private sealed class View(TestStorage storage, Serializer serializer) : IGrainStorage
    {
        public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            grainState.RecordExists = storage._rows.TryGetValue(Key(stateName, grainId), out var row);
            grainState.State = grainState.RecordExists ? serializer.Deserialize<T>(row.Payload)! : Activator.CreateInstance<T>();
            grainState.ETag = grainState.RecordExists ? row.Version.ToString(CultureInfo.InvariantCulture) : null;
            return Task.CompletedTask;
        }

        public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            storage.BeforeWrite?.Invoke(stateName, grainId);
            var payload = serializer.SerializeToArray(grainState.State);
            lock (storage._lock)
            {
                var stored = storage._rows.TryGetValue(Key(stateName, grainId), out var row) ? row.Version : 0;
                var expected = grainState.ETag is null ? 0 : int.Parse(grainState.ETag, CultureInfo.InvariantCulture);
                if (stored != expected)
                    throw new InconsistentStateException($"{stateName} of {grainId} is at version {stored}, not {expected}.");
                storage._rows[Key(stateName, grainId)] = (stored + 1, payload);
                storage.Writes++;
                grainState.ETag = (stored + 1).ToString(CultureInfo.InvariantCulture);
                grainState.RecordExists = true;
            }
            storage.AfterWrite?.Invoke(stateName, grainId);
            return Task.CompletedTask;
        }

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            storage._rows.TryRemove(Key(stateName, grainId), out _);
            grainState.RecordExists = false;
            grainState.ETag = null;
            return Task.CompletedTask;
        }

        private static string Key(string stateName, GrainId grainId) => stateName + "|" + grainId;
    }
}
