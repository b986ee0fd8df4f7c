using System.Text;
using System.Text.Json;
using ControlPlane.Domain.Manifests;

namespace ControlPlane.Facility.Grid;

/// <summary>Reads a signal's rows from JSON, each with its line.</summary>
internal static class SignalJson
{
    public static List<SignalRow> Rows(string text, string file, List<ManifestError> errors)
    {
        var (rows, bytes) = (new List<SignalRow>(), Encoding.UTF8.GetBytes(text));
        var reader = new Utf8JsonReader(bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes.AsSpan(3) : bytes);
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                var line = LineOf(bytes, reader.TokenStartIndex);
                if (reader.TokenType == JsonTokenType.StartObject)
                {
                    rows.Add(Row(ref reader, line, file, errors));
                    continue;
                }
                errors.Add(new ManifestError(file, line, 1, "", "is not an object", "give from and price or carbon in braces"));
                reader.Skip();
            }
            while (reader.Read())
                errors.Add(new ManifestError(file, LineOf(bytes, reader.TokenStartIndex), 1, "", "stands behind the list", "give one list"));
        }
        catch (JsonException fault)
        {
            errors.Add(new ManifestError(file, (int)(fault.LineNumber ?? 0) + 1, 1, "", "the text is not valid JSON: " + fault.Message, ""));
        }
        return rows;
    }

    private static SignalRow Row(ref Utf8JsonReader reader, int line, string file, List<ManifestError> errors)
    {
        var row = new SignalRow(line, "", "", "");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = reader.GetString()!;
            reader.Read();
            var value = reader.TokenType switch
            {
                JsonTokenType.String when name == "from" => reader.GetString()!,
                JsonTokenType.Number when name != "from" => Encoding.UTF8.GetString(reader.ValueSpan),
                JsonTokenType.Null => "",
                _ => null,
            };
            if (value is null || name is not ("from" or "price" or "carbon"))
                errors.Add(new ManifestError(file, line, 1, name, value is null ? "has not the right form" : "is not a field", "give from as a text, price and carbon as numbers"));
            row = name switch
            {
                "from" => row with { From = value ?? "" },
                "price" => row with { Price = value ?? "" },
                "carbon" => row with { Carbon = value ?? "" },
                _ => row,
            };
            reader.Skip();
        }
        return row;
    }

    private static int LineOf(byte[] bytes, long index) => bytes.AsSpan(0, (int)index).Count((byte)'\n') + 1;
}
