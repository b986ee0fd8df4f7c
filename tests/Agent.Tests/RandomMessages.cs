using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace ControlPlane.Agent.Tests;

/// <summary>Messages of the agents' protocol that its readers must bear: any field, any value that the wire can carry.</summary>
internal sealed class RandomMessages(int seed)
{
    private static readonly double[] OddNumbers = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, -1, 0, 1e300, -1e300, double.Epsilon];
    private static readonly string[] OddTexts = ["", " ", "local-01-n00", "triad", "sgemm", "-n", "a/b", "\0", "\u202e", "job", new('x', 3000)];

    private readonly Random _random = new(seed);

    /// <summary>A message with its oneof set, or, seldom, with nothing set.</summary>
    public T Next<T>()
        where T : IMessage, new()
    {
        var message = new T();
        Fill(message, 0);
        return message;
    }

    private void Fill(IMessage message, int depth)
    {
        foreach (var group in message.Descriptor.Oneofs.Where(oneof => !oneof.IsSynthetic))
        {
            var field = group.Fields[_random.Next(group.Fields.Count)];
            field.Accessor.SetValue(message, Value(field, depth));
        }
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder().Where(field => field.RealContainingOneof is null && _random.Next(4) > 0))
        {
            if (field.IsMap)
                FillMap((System.Collections.IDictionary)field.Accessor.GetValue(message));
            else if (field.IsRepeated)
                FillList((System.Collections.IList)field.Accessor.GetValue(message), field, depth);
            else
                field.Accessor.SetValue(message, Value(field, depth));
        }
    }

    private void FillMap(System.Collections.IDictionary map)
    {
        for (var entry = _random.Next(4); entry > 0; entry--)
            map[Text()] = Whole();
    }

    private void FillList(System.Collections.IList list, FieldDescriptor field, int depth)
    {
        for (var entry = _random.Next(4); entry > 0 && depth < 4; entry--)
            list.Add(Value(field, depth));
    }

    private object Value(FieldDescriptor field, int depth)
    {
        switch (field.FieldType)
        {
            case FieldType.Message:
                var inner = field.MessageType.Parser.ParseFrom(ByteString.Empty);
                if (depth < 4)
                    Fill(inner, depth + 1);
                return inner;
            case FieldType.Enum:
                return _random.Next(3) == 0 ? _random.Next(-5, 50) : field.EnumType.Values[_random.Next(field.EnumType.Values.Count)].Number;
            case FieldType.String:
                return Text();
            case FieldType.Bytes:
                var bytes = new byte[_random.Next(200)];
                _random.NextBytes(bytes);
                return ByteString.CopyFrom(bytes);
            case FieldType.Double:
                return _random.Next(2) == 0 ? OddNumbers[_random.Next(OddNumbers.Length)] : _random.NextDouble() * 1000;
            case FieldType.Float:
                return _random.Next(2) == 0 ? (float)OddNumbers[_random.Next(OddNumbers.Length)] : (float)_random.NextDouble();
            case FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32:
                return (int)Math.Clamp(Whole(), int.MinValue, int.MaxValue);
            case FieldType.Bool:
                return _random.Next(2) == 0;
            case FieldType.UInt32 or FieldType.Fixed32:
                return _random.Next(3) == 0 ? uint.MaxValue - (uint)_random.Next(3) : (uint)_random.Next(3);
            case FieldType.UInt64 or FieldType.Fixed64:
                return (ulong)Whole();
            case FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64:
                return Whole();
            default:
                throw new NotSupportedException($"{field.FullName} has type {field.FieldType}, of which no values are made yet.");
        }
    }

    private string Text() => OddTexts[_random.Next(OddTexts.Length)];

    private long Whole() => _random.Next(4) switch
    {
        0 => long.MaxValue - _random.Next(3),
        1 => long.MinValue + _random.Next(3),
        _ => _random.Next(-3, 10_000),
    };
}
