namespace ControlPlane.Hardware.Ptx;

/// <summary>
/// What a tenant's PTX may hold. Compilers make far less of any kernel that was written by hand; what a driver has to
/// compile, and what it takes of the device beside the program's own buffers, is bounded by these.
/// </summary>
public static class PtxLimits
{
    /// <summary>Characters of one text, and of all texts of a program together: they are part of its job's durable record.</summary>
    public const int Characters = 128 * 1024;

    /// <summary>Entries and functions of a module.</summary>
    public const int Functions = 64;

    /// <summary>Instructions of a module as they are written.</summary>
    public const int Instructions = 16_384;

    /// <summary>Instructions of one entry with every call replaced by what it calls, as compilers do.</summary>
    public const long ExpandedInstructions = 262_144;

    /// <summary>Registers that one function declares.</summary>
    public const int Registers = 16_384;

    /// <summary>Labels of one function.</summary>
    public const int Labels = 4_096;

    /// <summary>How deep braces may be nested, in code and in initial values.</summary>
    public const int Depth = 16;

    /// <summary>Values that arrays of a module are initialised with.</summary>
    public const int InitialValues = 16_384;

    /// <summary>Parameters of a function, results counted.</summary>
    public const int Parameters = 64;

    /// <summary>Bytes of an entry's parameters: what every GPU takes (PTX ISA 8.5, kernel function parameters).</summary>
    public const long ParameterBytes = 4_352;

    /// <summary>Shared memory of all the module's declarations: the static most of every GPU (CUDA C++ programming guide, compute capabilities).</summary>
    public const long SharedBytes = 48 * 1024;

    /// <summary>Constant memory of a module (CUDA C++ programming guide, compute capabilities).</summary>
    public const long ConstantBytes = 64 * 1024;

    /// <summary>Global memory that a module declares for itself; buffers are the program's.</summary>
    public const long GlobalBytes = 16L << 20;

    /// <summary>
    /// Local memory of a thread, all functions together. Drivers take it for every thread that a GPU can have resident:
    /// 1.1 GB with the 270,336 of an H100.
    /// </summary>
    public const long LocalBytes = 4 * 1024;

    /// <summary>Characters of one word.</summary>
    public const int WordCharacters = 128;

    /// <summary>Flaws told of one text: whoever has more mends these first.</summary>
    public const int Flaws = 20;
}
