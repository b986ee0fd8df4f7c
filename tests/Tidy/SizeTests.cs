using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ControlPlane.Tidy.Tests;

public class SizeTests
{
    private const int FileLines = 400;
    private const int MethodLines = 70;

    [Fact]
    public void No_source_file_is_longer_than_its_limit()
    {
        var tooLong = Repository.With(".cs", ".cpp", ".h", ".cu", ".js", ".proto")
            .Select(file => (file, lines: Repository.Read(file).Split('\n').Length - 1))
            .Where(pair => pair.lines > FileLines).Select(pair => $"{pair.file} has {pair.lines} lines, the limit is {FileLines}");
        Assert.Empty(tooLong);
    }

    [Fact]
    public void No_method_is_longer_than_its_limit() => Assert.Empty(Repository.With(".cs").SelectMany(LongMethods));

    [Fact]
    public void No_type_is_named_after_nothing()
    {
        string[] empty = ["Manager", "Helper", "Helpers", "Util", "Utils", "Utility"];
        var found = Repository.With(".cs").SelectMany(file => Root(file).DescendantNodes().OfType<BaseTypeDeclarationSyntax>()
            .Where(type => empty.Any(word => type.Identifier.Text.EndsWith(word, StringComparison.Ordinal)))
            .Select(type => $"{file}: {type.Identifier.Text}"));
        Assert.Empty(found);
    }

    private static IEnumerable<string> LongMethods(string file) => Root(file).DescendantNodes()
        .Where(node => node is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax)
        .Select(node => (node, span: node.SyntaxTree.GetLineSpan(node.Span)))
        .Select(pair => (pair.span, lines: pair.span.EndLinePosition.Line - pair.span.StartLinePosition.Line + 1))
        .Where(pair => pair.lines > MethodLines)
        .Select(pair => $"{file}:{pair.span.StartLinePosition.Line + 1} has a method of {pair.lines} lines, the limit is {MethodLines}");

    private static SyntaxNode Root(string file) => CSharpSyntaxTree.ParseText(Repository.Read(file)).GetRoot();
}
