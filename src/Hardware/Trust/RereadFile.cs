namespace ControlPlane.Hardware.Trust;

/// <summary>What stands in some files, read again when one of them has changed. Thread safe.</summary>
/// <param name="paths">The files.</param>
/// <param name="read">Reads them; throws an <see cref="IOException"/> that says what is wrong.</param>
public sealed class RereadFile<T>(IReadOnlyList<string> paths, Func<T> read)
    where T : class
{
    private readonly Lock _lock = new();
    private DateTime[] _written = [];
    private T? _value;

    /// <summary>What stands there now. While a replaced file is unsound, what stood there before.</summary>
    /// <exception cref="IOException">It was never sound; the message names the file.</exception>
    public T Value
    {
        get
        {
            lock (_lock)
            {
                DateTime[] written = [.. paths.Select(File.GetLastWriteTimeUtc)];
                if (_value is null || !written.AsSpan().SequenceEqual(_written))
                {
                    try
                    {
                        _value = read();
                        Fault = null;
                    }
                    catch (IOException fault) when (_value is not null)
                    {
                        Fault = fault.Message;
                    }
                    _written = written;
                }
                return _value;
            }
        }
    }

    /// <summary>Why the newest file is not used; null when it is.</summary>
    public string? Fault { get; private set; }
}
